"""Violations as they leave the monitors: with ids, words and names; as a frame and as files."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from teiki_sim.catalogue import invariants
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.wording import SEVERITIES, messages, rule_of

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "severity": pl.String,
    "invariant": pl.String,
    "rule": pl.String,
    "at": pl.Datetime("us"),
    "subscription": pl.String,
    "order": pl.String,
    "key": pl.String,
    "money_at_risk": pl.Int64,
    "message_ja": pl.String,
    "message_en": pl.String,
    "advice_ja": pl.String,
    "advice_en": pl.String,
    "evidence": pl.List(pl.Int64),
}
"""Columns of violations.parquet; in violations.csv the evidence is joined by ``;``."""


class Names(Protocol):
    """Turns running numbers into ids; asked once for each number, when the log is closed."""

    def subscription(self, number: int) -> str:
        """Id of a subscription."""

    def order(self, number: int) -> str:
        """An order's number as the shop shows it."""


class Numbers:
    """Names of a log that has none: the running numbers themselves."""

    def subscription(self, number: int) -> str:
        """The number as text."""
        return str(number)

    def order(self, number: int) -> str:
        """The number as text."""
        return str(number)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must always hold and did not.

    ``at`` is when it became one: the due instant where there was a grace. ``sub`` and ``order`` are running
    numbers, -1 where there is none; ``key`` is the cycle. ``evidence`` are the seqs of the row that opened
    it and, where there is one, of the row that broke it.
    """

    id: str
    severity: str
    invariant: str
    rule: str
    at: int
    sub: int
    order: int
    key: str
    money_at_risk: int
    message_ja: str
    message_en: str
    advice_ja: str
    advice_en: str
    evidence: tuple[int, ...]
    subscription_id: str
    order_id: str


def violations_of(findings: Sequence[Finding], names: Names) -> list[Violation]:
    """Findings with ids and words, sorted by at, invariant and id.

    An id hangs on what was found about whom, and on how often before; not on when, nor on row numbers.
    """
    catalogue = invariants()
    seen: Counter[tuple[str, str, str, str]] = Counter()
    found = []
    for finding in sorted(findings, key=lambda f: (f.at, f.invariant, f.evidence, f.sub, f.order, f.case)):
        subscription = names.subscription(finding.sub) if finding.sub >= 0 else ""
        orders = {-1: "-"}
        for number in (finding.order, finding.facts.get("other", -1)):
            if isinstance(number, int) and number >= 0:
                orders[number] = names.order(number)
        order = orders[finding.order] if finding.order >= 0 else ""
        about = (finding.invariant, subscription, order, finding.key)
        text = "\x1f".join((*about, str(seen[about])))
        seen[about] += 1
        ja, en = messages(finding, subscription, orders)
        entry = catalogue[finding.invariant]
        found.append(
            Violation(
                id=hashlib.blake2b(text.encode(), digest_size=6).hexdigest(),
                severity=SEVERITIES.get((finding.invariant, finding.case), entry.severity),
                invariant=finding.invariant,
                rule=rule_of(finding),
                at=finding.at,
                sub=finding.sub,
                order=finding.order,
                key=finding.key,
                money_at_risk=finding.money,
                message_ja=ja,
                message_en=en,
                advice_ja=entry.advice_ja,
                advice_en=entry.advice_en,
                evidence=tuple(seq for seq in finding.evidence if seq >= 0),
                subscription_id=subscription,
                order_id=order,
            )
        )
    return sorted(found, key=lambda v: (v.at, v.invariant, v.id))


def violations_frame(violations: Sequence[Violation]) -> pl.DataFrame:
    """Violations as a frame with the columns of `SCHEMA`; no subscription or order is null."""
    columns: dict[str, list[object]] = {
        name: [getattr(v, name) for v in violations]
        for name in SCHEMA
        if name not in ("at", "subscription", "order", "evidence")
    }
    columns["at"] = [v.at * 1_000_000 for v in violations]
    columns["subscription"] = [v.subscription_id or None for v in violations]
    columns["order"] = [v.order_id or None for v in violations]
    columns["evidence"] = [list(v.evidence) for v in violations]
    frame = pl.DataFrame(columns, schema=SCHEMA | {"at": pl.Int64})
    return frame.with_columns(pl.col("at").cast(pl.Datetime("us"))).select(list(SCHEMA))


def write_violations(violations: Sequence[Violation], directory: Path) -> None:
    """Write violations.parquet and violations.csv."""
    frame = violations_frame(violations)
    frame.write_parquet(directory / "violations.parquet")
    joined = frame.with_columns(pl.col("evidence").cast(pl.List(pl.String)).list.join(";"))
    joined.write_csv(directory / "violations.csv", datetime_format="%Y-%m-%dT%H:%M:%S")

"""Violations in words, Japanese and English, and the V rule that each one breaks on its platform."""

import tomllib
from importlib.resources import files

from teiki_sim.calendar import DAY, iso
from teiki_sim.log.statuses import NAMES as STATUSES
from teiki_sim.messages import METHOD_NAMES, Method
from teiki_sim.monitors.finding import Finding

_TABLES = tomllib.loads((files("teiki_sim") / "catalogue" / "breaches.toml").read_text("utf-8"))

MESSAGES: dict[tuple[str, str], tuple[str, str]] = {
    (row["invariant"], row.get("case", "")): (row["ja"], row["en"]) for row in _TABLES["message"]
}
"""By invariant and case: what was found and what was expected, in Japanese and in English."""

SEVERITIES: dict[tuple[str, str], str] = {
    (row["invariant"], row.get("case", "")): row["severity"]
    for row in _TABLES["message"]
    if "severity" in row
}
"""Of the cases that weigh otherwise than their invariant."""

RULES: tuple[tuple[str, str | None, str, tuple[Method, ...] | None, str], ...] = tuple(
    (
        row["invariant"],
        row.get("case"),
        row["platform"],
        tuple(Method(METHOD_NAMES.index(name)) for name in row["methods"]) if "methods" in row else None,
        row["rule"],
    )
    for row in _TABLES["rule"]
)
"""Invariant, case (None: any), platform, methods (None: any), rule; the first that fits counts."""


def rule_of(finding: Finding) -> str:
    """The V rule of the platform that a finding breaks, empty where none is written."""
    for invariant, case, platform, methods, rule in RULES:
        fits = (invariant, platform) == (finding.invariant, finding.platform) and case in (None, finding.case)
        if fits and (methods is None or finding.facts.get("method") in methods):
            return rule
    return ""


def messages(finding: Finding, subscription: str, orders: dict[int, str]) -> tuple[str, str]:
    """A finding in Japanese and in English."""
    case = str(finding.facts.get("who", finding.case))
    ja, en = MESSAGES.get((finding.invariant, case)) or MESSAGES[finding.invariant, ""]
    return ja.format_map(_Texts(finding, subscription, orders, "ja")), en.format_map(
        _Texts(finding, subscription, orders, "en")
    )


class _Texts(dict[str, str]):
    """The facts of a finding as texts: ``x_yen``, ``x_date``, ``x_name`` and ``x_order`` say how x is shown."""

    def __init__(self, finding: Finding, subscription: str, orders: dict[int, str], lang: str) -> None:
        self._facts: dict[str, int | str] = {"at": finding.at, "money": finding.money, **finding.facts}
        self._orders = orders
        self._ja = lang == "ja"
        super().__init__(
            subscription=f"定期 {subscription}" if self._ja else f"Subscription {subscription}",
            order=self._order(finding.order),
        )

    def __missing__(self, key: str) -> str:
        name, _, shown = key.rpartition("_")
        if not name or shown not in ("yen", "date", "name", "order"):
            return str(self._facts.get(key, "?"))
        value = int(self._facts.get(name, -1))
        if shown == "yen":
            return f"{value:,}円" if self._ja else f"{value:,} yen"
        if shown == "date":
            return iso(value // DAY if name in ("at", "opened") else value)
        if shown == "order":
            return self._order(value)
        if name == "method":
            return METHOD_NAMES[value] if 0 <= value < len(METHOD_NAMES) else "-"
        return STATUSES[value] or "-"

    def _order(self, number: int) -> str:
        return f"注文 {self._orders[number]}" if self._ja else f"Order {self._orders[number]}"

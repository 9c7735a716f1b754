"""The rule catalogue: what the platforms do, and what must always hold.

The texts are data, `catalogue/*.toml`, read on first use.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Generic, Literal, TypeVar

__all__ = [
    "Basis",
    "Invariant",
    "Kind",
    "Lang",
    "Platform",
    "Rule",
    "SeenBy",
    "Severity",
    "invariants",
    "rules",
]

Kind = Literal["B", "R", "V", "S", "F", "J"]
"""Behaviour, refusal, violation, setting, forecasting, bulk job."""

Platform = Literal["subscstore", "ecforce", "tamago", "marketplace"]
"""Whose rule it is; the frequencies of サブスクストア serve the other platforms too."""

Basis = Literal["documented", "modelled", "derived"]
"""Stated by the source, decided here where the source is silent, or following from what it states."""

Severity = Literal["violation", "warning", "cost"]
"""How a monitor reports a breach; detection counts violations only."""

SeenBy = Literal["log", "mutant", "self", "intent"]
"""From the rows alone; only in a store with its rule broken; a check of our own results; only if intent is known."""

Lang = Literal["ja", "en"]
"""The two languages of every text."""

RULE_FILES = (
    "subscstore_schedules",
    "subscstore_orders",
    "subscstore_payments",
    "ecforce_orders",
    "ecforce_subscriptions",
    "ecforce_jobs",
    "tamago",
    "marketplace",
)
INVARIANT_FILES = ("invariants_01_28", "invariants_29_55")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one platform, with where it is written."""

    id: str
    kinds: tuple[Kind, ...]
    platform: Platform
    statement_ja: str
    statement_en: str
    source: str
    basis: Basis
    modelled_part_ja: str = ""
    modelled_part_en: str = ""

    def statement(self, lang: Lang) -> str:
        """The rule in one language."""
        return self.statement_ja if lang == "ja" else self.statement_en

    def modelled_part(self, lang: Lang) -> str:
        """What of a documented rule is our decision; empty when nothing is."""
        return self.modelled_part_ja if lang == "ja" else self.modelled_part_en


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must always hold on every platform, and what to do when it does not."""

    id: str
    severity: Severity
    seen_by: tuple[SeenBy, ...]
    statement_ja: str
    statement_en: str
    advice_ja: str
    advice_en: str

    def statement(self, lang: Lang) -> str:
        """The invariant in one language."""
        return self.statement_ja if lang == "ja" else self.statement_en

    def advice(self, lang: Lang) -> str:
        """What an operator does now that it is broken."""
        return self.advice_ja if lang == "ja" else self.advice_en


class ById(Mapping[str, T], Generic[T]):
    """A read-only table by id whose misses name the nearest id."""

    __slots__ = ("_noun", "_rows")

    def __init__(self, noun: str, rows: dict[str, T]) -> None:
        self._noun, self._rows = noun, rows

    def __getitem__(self, key: str) -> T:
        try:
            return self._rows[key]
        except KeyError:
            raise KeyError(self._miss(str(key))) from None

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def _miss(self, key: str) -> str:
        padded = re.sub(r"-(\d)$", r"-0\1", key.upper())
        near = get_close_matches(padded, self._rows, n=1, cutoff=0.5)
        return f"no {self._noun} {key!r} in the catalogue" + (f"; the nearest is {near[0]}" if near else "")


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the catalogue's order."""
    return _gather("rule", RULE_FILES, _rules_of)


@cache
def invariants() -> Mapping[str, Invariant]:
    """Every invariant by its id, INV-01 first."""
    return _gather("invariant", INVARIANT_FILES, _invariants_of)


def _gather(noun: str, names: tuple[str, ...], read: Callable[[dict[str, Any]], list[T]]) -> ById[T]:
    rows: dict[str, T] = {}
    for name in names:
        file = _load(name)
        if twice := rows.keys() & file[noun]:
            raise ValueError(f"{name}.toml: already in the catalogue: {', '.join(sorted(twice))}")
        rows |= zip(file[noun], read(file), strict=True)
    return ById(noun, rows)


def _rules_of(file: dict[str, Any]) -> list[Rule]:
    return [_rule(key, file, **row) for key, row in file["rule"].items()]


def _rule(key: str, file: dict[str, Any], /, *, kinds: list[Kind], source: str, **texts: Any) -> Rule:
    cited = _cite(source, file["documents"])
    return Rule(id=key, platform=file["platform"], kinds=tuple(kinds), source=cited, **texts)


def _invariants_of(file: dict[str, Any]) -> list[Invariant]:
    return [_invariant(key, **row) for key, row in file["invariant"].items()]


def _invariant(key: str, /, *, seen_by: list[SeenBy], **texts: Any) -> Invariant:
    return Invariant(id=key, seen_by=tuple(seen_by), **texts)


def _cite(source: str, documents: dict[str, str]) -> str:
    """Turn "faq: heading; guide: heading" into citations by the documents' titles."""
    cited = (part.partition(": ") for part in source.split("; "))
    return "; ".join(f"{documents[short]} — {heading}" for short, _, heading in cited)


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((files("teiki_sim") / "catalogue" / f"{name}.toml").read_text("utf-8"))

"""Which invariants an input allows to judge, and for want of what it does not."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from teiki_sim.audit.columns import EXPORT
from teiki_sim.audit.facts import FACTS, TWO_RECORDS
from teiki_sim.catalogue import invariants
from teiki_sim.log.kinds import Kind
from teiki_sim.log.waves import On
from teiki_sim.monitors.table import INVARIANTS, WATCHES

__all__ = ["NEEDS", "Judged", "judged"]

State = Literal["judged", "not_judged", "not_watched"]

#: By invariant and case ("": any other): the facts that must all be known; of "a|b" one is enough.
NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("INV-01", ""): ("order", "cancelled|returned", "ledger"),
    ("INV-02", ""): ("order", "shipped", "ledger", "released_payment"),
    ("INV-03", ""): ("order", "shipped", "method", "ledger"),
    ("INV-04", ""): ("order", "shipped", "amount", "ledger_amount"),
    ("INV-05", ""): ("order", "captured", "amount", "taken_amount"),
    ("INV-06", ""): ("order", "status_to", TWO_RECORDS),
    ("INV-07", ""): ("order", "generated", "subscription", "cycle"),
    ("INV-08", "lapsed"): ("generated", "subscription", "subscription_status", "scheduled"),
    ("INV-08", "missing"): ("generated", "subscription", "cycle", "deleted", "decision"),
    ("INV-09", ""): ("generated", "subscription", "suspended"),
    ("INV-10", ""): ("order", "shipped", "subscription", "stopped", "decision"),
    ("INV-11", ""): ("subscription", "subscription_status", "scheduled"),
    ("INV-12", ""): ("generated", "subscription", "cycle", "delivery_date"),
    ("INV-13", ""): ("delivery_date", "ship_date", "lead"),
    ("INV-14", ""): ("subscription", "scheduled", "opened"),
    ("INV-15", ""): ("order", "shipped", "subscription", "lead"),
    ("INV-16", ""): ("subscription", "skipped", "scheduled", "opened"),
    ("INV-17", ""): ("order", "history"),
    ("INV-18", "shipped"): ("order", "held", "shipped"),
    ("INV-18", "captured"): ("order", "held", "captured", "actor"),
    ("INV-20", ""): ("repair",),
    ("INV-21", ""): ("subscription", "declined", "suspended", "repair"),
    ("INV-22", ""): ("order", "edited", "method", "code", "reauthorisation"),
    ("INV-25", "slip"): ("order", "shipped", "slip", "captured", "reported_slip", "method"),
    ("INV-25", "invoice"): ("order", "shipped", "method", "invoice_printed"),
    ("INV-26", ""): ("order", "shipped", "edited", "method", "code"),
    ("INV-27", ""): ("order", "ledger", "invoice_printed|invoice_paid", "mail"),
    ("INV-28", ""): ("order", "returned_at"),
    ("INV-30", ""): ("order", TWO_RECORDS, "transaction"),
    ("INV-31", ""): ("subscription", "cycle", "method", "declined", "deleted"),
    ("INV-32", ""): ("order", "points"),
    ("INV-36", ""): ("order", "every_export"),
    ("INV-37", ""): ("order", "exported", "changed"),
    ("INV-51", ""): ("order", "generated", "own_numbers"),
    ("INV-55", ""): ("order", "shipped", "captured_at", "method"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an invariant (or one case of it) can be judged; ``want`` are the facts that lack."""

    invariant: str
    case: str
    state: State
    want: tuple[str, ...] = ()

    def want_text(self, lang: str, export: bool) -> str:
        """What lacks, in words; for an export with the columns that would give it."""
        return ", ".join(_text(fact, lang, export) for fact in self.want)


def judged(known: AbstractSet[str]) -> tuple[Judged, ...]:
    """Every invariant of the catalogue with its cases, by what is known; ``complete`` among it allows all."""
    rows: list[Judged] = []
    for invariant in invariants():
        if invariant not in INVARIANTS:
            rows.append(Judged(invariant, "", "not_watched"))
            continue
        cases = {case: needs for (name, case), needs in NEEDS.items() if name == invariant}
        for case, needs in (cases or {"": _by_watch(invariant)}).items():
            want = (
                ()
                if "complete" in known
                else tuple(need for need in needs if not known & set(need.split("|")))
            )
            rows.append(Judged(invariant, case, "not_judged" if want else "judged", want))
    return tuple(rows)


def _by_watch(invariant: str) -> tuple[str, ...]:
    """An invariant without a line of its own needs what its monitors look at: some row of each."""
    needs = []
    for watch in WATCHES:
        if invariant in watch.invariants:
            side = "provider:" if watch.on == On.LEDGER else "row:"
            needs.append("|".join(f"{side}{kind.label}" for kind in watch.kinds if kind is not Kind.SETTING))
    return tuple(needs)


def _text(want: str, lang: str, export: bool) -> str:
    parts = []
    for fact in want.split("|"):
        note = FACTS.get(fact)
        if note is None:
            side, _, kind = fact.partition(":")
            ours, theirs = {"row": ("行", "rows"), "provider": ("決済会社側の行", "provider's rows")}[side]
            parts.append(f"{kind} の{ours}" if lang == "ja" else f"{theirs} {kind}")
            continue
        text = note.ja if lang == "ja" else note.en
        if export and note.columns:
            text += f" [{' / '.join(_column(name, lang) for name in note.columns)}]"
        parts.append(text)
    return (" または " if lang == "ja" else " or ").join(parts)


def _column(key: str, lang: str) -> str:
    return next((column.ja for column in EXPORT if column.key == key), key) if lang == "ja" else key

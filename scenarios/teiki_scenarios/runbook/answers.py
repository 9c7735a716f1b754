"""What came of each cell, in words: outcome, steps, side effects, what the customer is told. Nothing here knows an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from teiki_scenarios.runbook.effects import effects, leaves, net
from teiki_scenarios.runbook.matrix import Words, when
from teiki_scenarios.runbook.rehearsal import BETWEEN, Rehearsal, Result, Take
from teiki_sim.catalogue import rules
from teiki_sim.messages import METHOD_NAMES
from teiki_sim.money import yen

__all__ = ["OUTCOMES", "Answer", "answers"]

OUTCOMES: dict[str, Words] = {
    "done": ("できる", "Done"),
    "conditional": ("条件つきでできる", "Done, with conditions"),
    "refused": ("できない", "Refused"),
    "failed": ("できない", "Not done"),
    "record": ("荷物には効かない", "Too late for the parcel"),
    "avoid": ("してはいけない", "Do not"),
}
"""``record``: the parcel has left, only the order (and its bill) change. ``avoid``: the system lets it happen, and the monitors find
something broken by it.
"""
_NOT = ("refused", "failed", "avoid", "record")
_ABOUT_THE_PARCEL = ("change_goods", "delivery_address")


@dataclass(frozen=True, slots=True)
class Answer:
    """One cell of the runbook; every text is Japanese and English."""

    key: str
    operation: str
    phase: str
    situation: str
    method: str
    title: Words
    when: Words
    outcome: str
    rule: str
    steps: tuple[Words, ...]
    conditions: tuple[Words, ...]
    instead: tuple[Words, ...]
    effects: tuple[Words, ...]
    tell: tuple[Words, ...]
    slip: Words
    breaks: tuple[tuple[str, str], ...]
    """What the careless way breaks: invariant and rule."""
    own: tuple[tuple[str, str], ...]
    """What even the documented way breaks, where the outcome is ``avoid``."""
    rules: tuple[str, ...]
    final: Words
    """How order, payment and ledger stand in the end."""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def answers(played: Sequence[Rehearsal]) -> list[Answer]:
    """The runbook's cells, in the order of the matrix."""
    return [_answer(one) for one in played]


def _answer(one: Rehearsal) -> Answer:
    main, cell = one.main, one.cell
    outcome, stopped = _outcome(one)
    careless, instead = one.takes.get("careless"), one.takes.get("instead")
    broken = tuple(dict.fromkeys((v.invariant, v.rule) for v in careless.violations)) if careless else ()
    own = tuple(dict.fromkeys((v.invariant, v.rule) for v in main.violations))
    wanted = outcome in _NOT or "late" in one.takes
    wanted |= cell.phase == "shipped" and cell.operation != "cancel"
    other = [result.act.words for result in instead.results if result.went] if instead and wanted else []
    advice = [one.procedure.advice] if wanted and one.procedure.advice[0] else []
    told = effects(main) if outcome not in ("refused", "failed") else effects(instead) if instead else ()
    if outcome == "avoid":
        told = (*_broken(own), *told)
    cited = _rules(one, stopped)
    return Answer(
        cell.key, cell.operation, cell.phase, cell.situation, METHOD_NAMES[cell.method], cell.title, when(cell), outcome,
        stopped.rule if stopped else "", tuple(_step(result) for result in main.results), _conditions(one),
        (*advice, *other), told, _tell(one, outcome, stopped), one.procedure.slip, broken, own, cited,
        _final(main),
    )  # fmt: skip


def _outcome(one: Rehearsal) -> tuple[str, Result | None]:
    main = one.main
    stopped = next((result for result in main.results if not result.went), None)
    if stopped is not None:
        return ("refused" if stopped.how == "refused" else "failed"), stopped
    if main.violations:
        return "avoid", None
    if one.cell.operation in _ABOUT_THE_PARCEL and not leaves(main):
        return "record", None
    return ("conditional" if _conditions(one) else "done"), None


_ENDS: dict[str, Words] = {
    "done": ("", ""),
    "later": ("(受け付けられ、後日確定する)", " (accepted; takes effect some days later)"),
    "declined": ("(与信が断られる)", " (declined)"),
    "not_done": ("(できない)", " (not possible)"),
}


def _step(result: Result) -> Words:
    """A step and what came of it."""
    ja, en = _ENDS.get(result.how, ("", ""))
    if result.how == "refused":
        ja, en = f"(断られる: {result.rule})", f" (refused: {result.rule})"
    return f"{result.act.words[0]}{ja}", f"{result.act.words[1]}{en}"


def _conditions(one: Rehearsal) -> tuple[Words, ...]:
    """On what it hangs: what came of it where the warehouse is too late, or the new authorisation is declined."""
    found: list[Words] = []
    late, declined = one.takes.get("late"), one.takes.get("ng")
    if late and not late.went:
        ja = "倉庫が止められたときだけ" + ("。止められないと荷物は出る" if leaves(late) else "")
        en = "only if the warehouse can stop it" + ("; else the parcel leaves" if leaves(late) else "")
        found.append((ja, en))
    if declined and any(result.how == "declined" for result in declined.results):
        if one.cell.phase == "shipped":
            ends = "決済のない注文になる", "the order is left without a payment"
        elif leaves(declined):
            ends = "荷物は出る", "the parcel leaves"
        else:
            ends = (
                "荷物は出ない。別の支払方法にするかキャンセルする",
                "the parcel stays: another method, or cancel",
            )
        ja = f"与信が通ったときだけ。断られると{ends[0]}"
        en = f"only if the authorisation is accepted; declined, {ends[1]}"
        if declined.payment:
            ja, en = f"{ja}(決済状況「{declined.payment}」)", f"{en} (payment status {declined.payment})"
        found.append((ja, en))
    refused = (
        next((result for result in declined.results if result.how == "refused"), None) if declined else None
    )
    if refused is not None and one.main.went:
        ja = f"決済会社が変更を受け付けたときだけ。断られると何も変わらない({refused.rule})"
        found.append((ja, f"only if the provider takes the change; else nothing changes ({refused.rule})"))
    return tuple(found)


def _broken(own: Sequence[tuple[str, str]]) -> list[Words]:
    names = ", ".join(" ".join(filter(None, pair)) for pair in own)
    return [(f"違反になる: {names}", f"It breaks {names}")]


def _tell(one: Rehearsal, outcome: str, stopped: Result | None) -> tuple[Words, ...]:
    """What the customer hears, from what happened."""
    main, cell = one.main, one.cell
    lines: list[Words] = []
    if outcome in _NOT:
        lines.append((f"「{cell.title[0]}」は承れません。", f"“{cell.title[1]}” cannot be done."))
        if one.procedure.advice[0]:
            lines.append((f"代わりに: {one.procedure.advice[0]}。", f"Instead: {one.procedure.advice[1]}."))
        return tuple(lines)
    if cell.phase in ("before", "handed_over") or cell.situation == "open_order":
        lines.append(
            ("商品は発送します。", "The goods will be sent.")
            if leaves(main)
            else ("商品は発送しません。", "The goods will not be sent.")
        )
    lines += _of_money(main, cell.operation)
    if any(
        event.kind.label == "mail" and event.values.get("code") == "discard_invoice" for event in main.events
    ):
        lines.append(
            (
                "お手元に届く請求書は破棄をお願いします。",
                "Please destroy the invoice that you have or will get.",
            )
        )
    if "ng" in one.takes and any(result.how == "declined" for result in one.takes["ng"].results):
        lines.append(
            (
                "変更後に審査があり、結果によっては承れないことがあります。",
                "There is a new check, which may turn it down.",
            )
        )
    if "late" in one.takes:
        lines.append(
            (
                "倉庫での作業が進んでいると、止められないことがあります。",
                "If the warehouse has gone on, it can't be stopped any more.",
            )
        )
    if one.cell.operation in ("stop", "cancel_subscription"):
        lines.append(("次回からのお届けはありません。", "There are no further deliveries."))
    if one.cell.operation in ("resume", "next_date"):
        dates = [
            event.values.get("delivery_date") for event in main.events if event.kind.label == "scheduled"
        ]
        if dates:
            lines.append(
                (
                    f"次回のお届け予定日をお伝えします(この例では {dates[0]})。",
                    f"Tell the next delivery date (here {dates[0]}).",
                )
            )
    return tuple(dict.fromkeys(lines)) or (
        ("変更が終わったことをお伝えします。", "Tell the customer that it is done."),
    )


def _of_money(main: Take, operation: str) -> list[Words]:
    refunded, taken = net(main)
    if refunded:
        return [(f"お支払い済みの{yen(refunded)}を返金します。", f"{refunded:,} yen are given back.")]
    if operation in ("cancel",) or (main.cell.situation == "open_order"):
        return [("ご請求はありません。", "Nothing is charged.")]
    if operation in ("change_goods", "pull_in") and taken:
        return [
            (f"ご請求額が変わります(この例では{yen(taken)})。", f"The amount changes (here {taken:,} yen).")
        ]
    return []


def _rules(one: Rehearsal, stopped: Result | None) -> tuple[str, ...]:
    """The rules at work: of refusals, of the rows that the acts wrote, and of what the careless way breaks."""
    known = rules()
    cited = [stopped.rule] if stopped else []
    until = one.main.at + BETWEEN * len(one.main.acts)
    cited += [
        str(event.values["rule"]) for event in one.main.events if "rule" in event.values and event.at < until
    ]
    for way in ("main", "careless"):
        if way in one.takes:
            cited += [v.rule for v in one.takes[way].violations]
    return tuple(rule for rule in dict.fromkeys(cited) if rule in known)


_LEDGER_JA = {
    "authorised": "与信中", "captured": "売上済み", "cancelled": "取消済み", "refunded": "返金済み", "paid": "入金済み",
    "declined": "否認", "expired": "期限切れ", "cancelling": "取消中", "pending": "審査中",
}  # fmt: skip


def _final(main: Take) -> Words:
    if not main.status:
        return ("", "")
    ja, en = f"注文「{main.status}」・決済「{main.payment}」", f"order {main.status}, payment {main.payment}"
    if main.ledger:
        ja += f"・決済会社「{_LEDGER_JA.get(main.ledger, main.ledger)}」"
        en += f", provider {main.ledger}"
    return ja, en

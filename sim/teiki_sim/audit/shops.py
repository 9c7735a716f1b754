"""A shop's own export, with its mapping and terms and a provider's statement beside it, as a source."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from teiki_sim.audit.columns import ALIASES, KNOWN, LEDGER_ALIASES
from teiki_sim.audit.export import Orders, read_export
from teiki_sim.audit.facts import FACTS, TWO_RECORDS
from teiki_sim.audit.judging import Source
from teiki_sim.audit.ledger import Ledger, read_ledger
from teiki_sim.audit.sheet import Sheet
from teiki_sim.audit.story import Story
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.book_headers import plain
from teiki_sim.config_parts import hint
from teiki_sim.csvfile import decoded
from teiki_sim.log.rows import Vocabulary
from teiki_sim.mapping import Mapping, read_mapping
from teiki_sim.messages import METHOD_NAMES
from teiki_sim.monitors.terms import DEFAULTS, PLATFORMS
from teiki_sim.policies import POLICIES

__all__ = ["SHIPPED", "Layout", "heads", "layout", "read_shop", "terms_of"]

#: Mappings that come with teiki, and the headers by which their exports are recognised.
SHIPPED: dict[str, tuple[str, ...]] = {
    "ecforce": ("受注番号", "対応状況", "決済状況"),
    "subscstore": ("注文番号", "注文ステータス", "定期コースステータス"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read, and where that came from (a shipped name, a file, or nothing)."""

    mapping: Mapping
    name: str


def layout(chosen: str | None, file: Path) -> Layout:
    """The mapping asked for by name or file; else the shipped one that knows the file's headers, else none."""
    if chosen in SHIPPED:
        return Layout(_shipped(chosen), chosen)
    if chosen is not None:
        if not Path(chosen).exists():
            names = ", ".join(SHIPPED)
            ja, en = f"対応表のファイル、または {names}", f"a mapping file, or one of {names}"
            raise BadInput([Problem("teiki", "--mapping", chosen, ja, en)])
        return Layout(read_mapping(chosen, KNOWN), chosen)
    found = heads(file)
    for name, signature in SHIPPED.items():
        if {plain(head) for head in signature} <= found:
            return Layout(_shipped(name), name)
    return Layout(Mapping(), "")


def _shipped(name: str) -> Mapping:
    with_path = files("teiki_sim") / "audit" / "mappings" / f"{name}.toml"
    return read_mapping(Path(str(with_path)), KNOWN)


def heads(file: Path) -> set[str]:
    """The headers of a CSV in `plain` form, for guessing what it is; empty where it cannot be read."""
    try:
        with file.open("rb") as opened:
            start = opened.read(2**16)
    except OSError:
        return set()  # told when it is read
    first = decoded(start.split(b"\n", 1)[0])[0]
    return {plain(head.strip().strip('"')) for head in first.split(",")}


def terms_of(mapping: Mapping, file: str) -> dict[str, int]:
    """The shop's terms by which the monitors go; BadInput for one that no monitor knows."""
    problems, terms = [], {"platform": -1}
    flat: dict[str, Any] = {}
    for name, value in mapping.terms.items():
        flat |= (
            {f"{name}.{key}": days for key, days in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
    for name, value in flat.items():
        if name == "platform":
            if value in PLATFORMS:
                terms[name] = PLATFORMS.index(value)
            else:
                problems.append(_wrong(file, name, value, ", ".join(PLATFORMS)))
        elif name not in DEFAULTS:
            ja, en = (
                f"既知の項目{hint(name, list(DEFAULTS), 'ja')}",
                f"a known term{hint(name, list(DEFAULTS), 'en')}",
            )
            problems.append(Problem(file, f"terms.{name}", str(value), ja, en))
        elif not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3660:
            problems.append(_wrong(file, name, value, "0 – 3660"))
        else:
            terms[name] = value
    if problems:
        raise BadInput(problems)
    return terms


def _wrong(file: str, name: str, value: object, expected: str) -> Problem:
    return Problem(file, f"terms.{name}", str(value), f"次のいずれか: {expected}", f"one of {expected}")


class _Ids:
    """Names of an export's subscriptions and orders."""

    def __init__(self, subscriptions: list[str], orders: list[str]) -> None:
        self._subscriptions, self._orders = subscriptions, orders

    def subscription(self, number: int) -> str:
        """Its number as the shop has it."""
        return self._subscriptions[number]

    def order(self, number: int) -> str:
        """Its number as the shop has it."""
        return self._orders[number]


def read_shop(path: Path, chosen: Layout, ledgers: Sequence[Path], terms: AnyMapping[str, int]) -> Source:
    """An export (and statements) as a source; rows that cannot be read stand in its ``rejects``."""
    mapping = chosen.mapping
    orders = read_export(str(path), replace(mapping, headers=ALIASES | mapping.headers))
    there = replace(mapping, headers=LEDGER_ALIASES | mapping.headers)
    statements = [read_ledger(str(ledger), there) for ledger in ledgers]
    subscriptions = {text: i for i, text in enumerate(dict.fromkeys(filter(None, orders.subscriptions)))}
    products = {text: i for i, text in enumerate(dict.fromkeys(filter(None, orders.products)))}
    sheet = Sheet(Vocabulary(methods=list(METHOD_NAMES), products=list(products)))
    if len(orders):
        platform = terms.get("platform", -1)
        policy = POLICIES.get(PLATFORMS[platform] if platform >= 0 else "", POLICIES["subscstore"])
        story = Story(orders, sheet, subscriptions, products, policy)
        last, strangers = story.tell(statements)
        theirs = int(story.theirs.sum())
    else:
        last, strangers, theirs = 0, 0, 0
    notes: dict[str, Any] = {
        "encoding": orders.encoding, "mapping": chosen.name, "rows_in_file": orders.total,
        "unknown_columns": list(orders.unknown), "item_rows": orders.items,
    }  # fmt: skip
    if statements:
        notes["ledgers"] = [
            {"file": Path(s.file).name, "rows": s.total, "unknown_columns": list(s.unknown)}
            for s in statements
        ]
        notes |= {"orders_by_ledger": theirs, "ledger_rows_of_unknown_orders": strangers}
    rejects = (*orders.rejects, *(problem for s in statements for problem in s.rejects))
    return Source(
        str(path), "export", sheet.chunks, _Ids(list(subscriptions), orders.ids), lambda: _known(orders, statements),
        lambda: last, lambda: sheet.lines, notes, terms, rejects,
    )  # fmt: skip


def _known(orders: Orders, ledgers: Sequence[Ledger]) -> set[str]:
    """What an export can tell: what it has columns for."""
    known = {name for name, fact in FACTS.items() if set(fact.columns) & set(orders.headers)}
    if not len(orders) or not (orders["amount"] >= 0).any():
        known.discard("amount")
    if ledgers:
        known |= {"ledger", TWO_RECORDS, "ledger_amount", "taken_amount"}
        theirs = set().union(*(ledger.headers for ledger in ledgers))
        known |= {"transaction"} & theirs
        known |= {"released_payment"} if theirs & {"cancelled_at", "at"} else set()
        if "amount" not in theirs:
            known -= {"ledger_amount", "taken_amount"}
        if not set(orders.headers) & {"payment_status", "authorised_at"}:
            known.discard(TWO_RECORDS)
    return known

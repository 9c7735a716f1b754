"""What happened on a stage: the log in memory, with the scenario's own names, and as lines to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from teiki_sim.calendar import DAY, iso
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.rows import COLUMNS, SLIP_NUMBER_BASE, Chunk, Vocabulary
from teiki_sim.log.statuses import NAMES
from teiki_sim.money import yen
from teiki_sim.shop import Shop

__all__ = ["Event", "Labels", "Recorder", "clock", "lines"]

_SIDES_JA = ("店舗", "決済", "倉庫", "配送", "顧客")


def clock(at: int) -> str:
    """An instant as 2026-04-20 10:00."""
    return f"{iso(at // DAY)} {at % DAY // 3600:02d}:{at % 3600 // 60:02d}"


class Labels:
    """What a scenario calls subscriptions and orders, by their numbers."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def subscription(self, number: int) -> str:
        """Name of a subscription."""
        return self._shop.names.subscription(number)

    def order(self, number: int) -> str:
        """Name of an order: its id where it was given, else S1#2 (S1#2/1 where there are several)."""
        orders, names = self._shop.orders, self._shop.names
        if number < 0:
            return ""
        if number < len(names.opening):
            return names.opening[number]
        sub, cycle = int(orders.sub[number]), int(orders.cycle[number])
        if sub < 0:
            return names.order(number)
        name, made = f"{names.subscription(sub)}#{cycle}", self.children(sub, cycle)
        if number not in made:
            return f"{name}(未生成)"
        return name if len(made) == 1 else f"{name}/{made.index(number) + 1}"

    def children(self, sub: int, cycle: int) -> list[int]:
        """The orders that came to be for a cycle, in the order in which they were made."""
        orders, n = self._shop.orders, self._shop.orders.n
        mine = (orders.sub[:n] == sub) & (orders.cycle[:n] == cycle) & (orders.status[:n] != 0)
        return [int(number) for number in np.flatnonzero(mine)]


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log; ``values`` are the columns that it fills, as files have them."""

    seq: int
    at: int
    kind: Kind
    side: Side
    actor: Actor
    sub: int
    order: int
    values: dict[str, Any]


_PLAIN = ("cycle", "quantity", "amount")
_DATES = {"ship": "ship_date", "delivery": "delivery_date"}


@dataclass
class Recorder:
    """A sink that keeps the rows as they are."""

    chunks: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def take(self, chunk: Chunk) -> None:
        """Keep a copy of one chunk."""
        self.vocabulary = chunk.vocabulary
        self.chunks.append((chunk.first_seq, {name: column.copy() for name, column in chunk.columns.items()}))

    def close(self) -> None:
        """Nothing is pending."""

    @property
    def size(self) -> int:
        """Rows kept."""
        return sum(len(columns["at"]) for _, columns in self.chunks)

    def events(self, since: int = 0) -> list[Event]:
        """The rows from a sequence number on."""
        found = []
        for first, columns in self.chunks:
            if first + len(columns["at"]) <= since:
                continue
            rows = zip(*(columns[name].tolist() for name in COLUMNS), strict=True)
            for i, row in enumerate(rows):
                if first + i >= since:
                    found.append(self._event(first + i, dict(zip(COLUMNS, row, strict=True))))
        return found

    def _event(self, seq: int, row: dict[str, Any]) -> Event:
        words = self.vocabulary
        values: dict[str, Any] = {name: row[name] for name in _PLAIN if row[name] >= 0}
        values |= {name: iso(row[key]) for key, name in _DATES.items() if row[key] >= 0}
        for name, texts in (("method", words.methods), ("product", words.products)):
            if row[name] >= 0:
                values[name] = texts[row[name]]
        for name in ("status_from", "status_to"):
            if row[name]:
                values[name] = NAMES[row[name]]
        if code := row["code"]:
            values["code"] = str(code) if code >= SLIP_NUMBER_BASE else words.codes.list[code]
        if row["rule"]:
            values["rule"] = words.rules.list[row["rule"]]
        kind, side, actor = Kind(row["kind"]), Side(row["side"]), Actor(row["actor"])
        values["actor"] = actor.name.lower()
        return Event(seq, row["at"], kind, side, actor, row["sub"], row["order"], values)


def lines(events: Sequence[Event], labels: Labels, most: int = 14) -> list[str]:
    """Events as lines to read; the middle of a long list is left out."""
    told = [_line(event, labels) for event in events if event.kind != Kind.SETTING]
    if len(told) > most:
        half = most // 2
        told = [*told[:half], f"  … {len(told) - 2 * half}", *told[-half:]]
    return told


def _line(event: Event, labels: Labels) -> str:
    values = event.values
    about = labels.order(event.order) or (labels.subscription(event.sub) if event.sub >= 0 else "-")
    status = " → ".join(values[key] for key in ("status_from", "status_to") if key in values)
    dates = " / ".join(values[key][5:] for key in ("ship_date", "delivery_date") if key in values)
    amount = yen(values["amount"]) if "amount" in values else ""
    code = f"[{values['code']}]" if "code" in values else ""
    parts = [clock(event.at), _SIDES_JA[event.side], event.kind.label, about, status, dates, amount, code]
    return "  " + "  ".join(part for part in parts if part)

"""What a job came to, row by row, and the file that says so."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_sim.catalogue import rules
from teiki_sim.names import ShopNames

__all__ = ["DONE", "FAILED", "SKIPPED", "Reason", "Results", "by_provider", "by_rule"]

DONE, FAILED, SKIPPED = range(3)
"""Outcomes of a row; skipped: left out on purpose, by the platform's own rule."""
_WORDS = ("done", "failed", "skipped")


class Reason(NamedTuple):
    """Why a row failed or was skipped: a rule's id or a provider's code, and the message in two languages."""

    code: str
    ja: str
    en: str


_FINE = Reason("", "完了しました。", "Done.")


def by_rule(rule: str) -> Reason:
    """A rule of the platform stands against it."""
    stated = rules()[rule]
    return Reason(rule, stated.statement_ja, stated.statement_en)


def by_provider(code: str) -> Reason:
    """The provider said no, or nothing."""
    if not code:
        return Reason("no_answer", "決済会社から応答がありません。", "No answer came from the provider.")
    return Reason(code, f"決済会社が受け付けませんでした({code})。", f"The provider refused it ({code}).")


class Results:
    """One outcome for each order of a job, in the order of its targets; done until said otherwise."""

    def __init__(self, n: int) -> None:
        self.outcome = np.full(n, DONE, np.uint8)
        self._why = np.zeros(n, np.int32)
        self._reasons: list[Reason] = [_FINE]
        self._known: dict[Reason, int] = {_FINE: 0}

    def __len__(self) -> int:
        return len(self.outcome)

    def set(self, where: NDArray[Any] | int, reason: Reason, outcome: int = FAILED) -> None:
        """These rows (places or a mask) failed, or were skipped, for one reason."""
        number = self._known.get(reason)
        if number is None:
            number = self._known[reason] = len(self._reasons)
            self._reasons.append(reason)
        self.outcome[where] = outcome
        self._why[where] = number

    def note(self, where: NDArray[Any] | int, reason: Reason) -> None:
        """These rows are done, with a remark."""
        self.set(where, reason, DONE)

    @property
    def failed(self) -> NDArray[np.intp]:
        """Places of the rows that failed."""
        found: NDArray[np.intp] = (self.outcome == FAILED).nonzero()[0]
        return found

    def reason(self, place: int) -> Reason:
        """Why a row came out as it did."""
        return self._reasons[self._why.item(place)]

    def counts(self) -> dict[str, int]:
        """How many rows came to what."""
        found = np.bincount(self.outcome, minlength=len(_WORDS)).tolist()
        return dict(zip(_WORDS, found, strict=True))

    def frame(self, names: ShopNames, orders: NDArray[Any]) -> pl.DataFrame:
        """The rows with the orders' numbers: order, result, code, message_ja, message_en."""
        why = pl.Series(self._why)
        reasons = {
            name: pl.Series([getattr(reason, field) for reason in self._reasons]).gather(why)
            for name, field in (("code", "code"), ("message_ja", "ja"), ("message_en", "en"))
        }
        numbers = pl.Series(names.orders(orders)) if len(orders) else pl.Series([], dtype=pl.String)
        result = pl.Series(_WORDS).gather(pl.Series(self.outcome.astype(np.uint32)))
        return pl.DataFrame({"order": numbers.cast(pl.String), "result": result, **reasons})

    def csv(self, names: ShopNames, orders: NDArray[Any]) -> bytes:
        """The result file: UTF-8, one line an order under a header."""
        text = io.BytesIO()
        self.frame(names, orders).write_csv(text)
        return text.getvalue()

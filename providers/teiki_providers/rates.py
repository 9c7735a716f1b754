"""The rates of a configuration as integer thresholds, in columns by payment method."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from teiki_providers.books import Book
from teiki_sim.draws import Choice, threshold
from teiki_sim.log.rows import Words
from teiki_sim.messages import Method

if TYPE_CHECKING:
    from teiki_sim.config import Provider

#: How often a repaired means of payment passes (modelled).
REPAIRED_PASSES = 0.9
_EPOCH = datetime.datetime(1970, 1, 1)


class Rates:
    """What the plan draws against. A provider that is not configured always accepts."""

    def __init__(self, providers: Mapping[str, Provider], books: Mapping[Method, Book], words: Words) -> None:
        n = len(Method)
        self.declined, self.held = np.zeros(n, np.int64), np.zeros(n, np.int64)
        # Of one draw, in this order: never arrived, server error, reply lost, capture failed.
        self.no_answer, self.server_error, self.reply_lost, self.capture_failed = np.zeros((4, n), np.int64)
        self.hold_ok = [0] * n
        self.hold_ng = [0] * n
        self.hold_days = [1] * n
        self.late_days = [0] * n
        self.codes: list[Choice] = [Choice([])] * n
        self.words: list[list[int]] = [[0]] * n
        self.windows: list[tuple[Method, int, int, str]] = []
        for method, book in books.items():
            self.words[method] = [words.code(book.words.declined)]
            if (provider := providers.get(book.provider)) is not None:
                self._fill(method, book, provider, words)
        self.faulty = bool(self.reply_lost.any())
        self.failing = bool(self.capture_failed.any())

    def _fill(self, method: Method, book: Book, provider: Provider, words: Words) -> None:
        hold = provider.hold_rate if book.terms.holds else 0.0
        faults = provider.faults
        self.declined[method] = threshold(provider.decline_rate)
        self.held[method] = threshold(min(provider.decline_rate + hold, 1.0))
        shares = (faults.no_answer, faults.server_error, faults.reply_lost, faults.capture_failed)
        for place, ends in enumerate(
            (self.no_answer, self.server_error, self.reply_lost, self.capture_failed), start=1
        ):
            ends[method] = threshold(min(sum(shares[:place]), 1.0))
        self.hold_ok[method] = threshold(provider.hold_ok)
        self.hold_ng[method] = threshold(min(provider.hold_ok + provider.hold_ng, 1.0))
        self.hold_days[method] = provider.hold_days
        self.late_days[method] = faults.late_days
        total = sum(provider.codes.values())
        if total > 0:
            self.codes[method] = Choice({code: weight / total for code, weight in provider.codes.items()})
            # One more: where weights leave a sliver for "none", the provider's usual code.
            self.words[method] = [words.code(code) for code in (*provider.codes, book.words.declined)]
        for window in provider.windows:
            span = (_instant(window.from_), _instant(window.until))
            self.windows.append((method, *span, window.kind))


def _instant(moment: datetime.datetime) -> int:
    return int((moment - _EPOCH).total_seconds())

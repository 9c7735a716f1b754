"""Rows of the log as typed columns: what one chunk holds, and the words that its codes stand for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Internal columns: name -> (dtype, value that means "empty").
COLUMNS: dict[str, tuple[type[np.generic], int]] = {
    "at": (np.int64, 0),
    "sub": (np.int32, -1),
    "order": (np.int32, -1),
    "cycle": (np.int16, -1),
    "actor": (np.uint8, 0),
    "kind": (np.uint8, 0),
    "side": (np.uint8, 0),
    "method": (np.int8, -1),
    "transaction": (np.int32, -1),
    "product": (np.int16, -1),
    "quantity": (np.int32, -1),
    "amount": (np.int32, -1),
    "ship": (np.int32, -1),
    "delivery": (np.int32, -1),
    "status_from": (np.uint8, 0),
    "status_to": (np.uint8, 0),
    "code": (np.int64, 0),
    "rule": (np.int16, 0),
    "cause": (np.int32, -1),
}

#: A code at or above this is a slip number, not a word of the vocabulary.
SLIP_NUMBER_BASE = 10**10

UNTIL = "log.until"
"""The setting row with which a log of teiki ends: it reaches to that instant, also where nothing happened last."""


class Words:
    """Words met so far, in order of first meeting; 0 is always the empty word."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.list: list[str] = [""]
        self.index: dict[str, int] = {"": 0}
        for word in words:
            self.code(word)

    def code(self, word: str) -> int:
        """The number of ``word``, which is remembered if it is new."""
        found = self.index.get(word)
        if found is None:
            found = self.index[word] = len(self.list)
            self.list.append(word)
        return found


@dataclass(slots=True)
class Vocabulary:
    """The words behind the coded columns of one log."""

    codes: Words = field(default_factory=Words)
    rules: Words = field(default_factory=Words)
    methods: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Chunk:
    """Some rows, mostly consecutive ones. ``columns[name]`` are arrays of one length; see `COLUMNS`.

    ``order``, ``sub`` and ``transaction`` are running numbers, the same in every chunk of a log.
    """

    first_seq: int
    columns: dict[str, NDArray[Any]]
    details: dict[int, str]
    vocabulary: Vocabulary
    numbers: NDArray[np.int64] | None = None
    """Sequence numbers of the rows, where they are not consecutive from ``first_seq`` on."""

    def __len__(self) -> int:
        return len(self.columns["at"])

    @property
    def seq(self) -> NDArray[np.int64]:
        """Sequence number of each row."""
        return self.seqs(np.arange(len(self)))

    def seqs(self, index: NDArray[np.intp]) -> NDArray[np.int64]:
        """Sequence numbers of some rows."""
        return index + self.first_seq if self.numbers is None else self.numbers.take(index)

"""Text as bytes in the encodings that people open files with, and what becomes of a character that one lacks.

CP932 (the Shift_JIS that Windows uses) lacks some characters of names, 𠮷 for one. Modelled: those that have a twin there
(〜, −, ‖ and their like) are written as it, all others as 〓, the mark that printers set for a missing type; the
file is made all the same and the result says which orders were touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["ENCODINGS", "GETA", "EncodingName", "encode", "lacking", "replaced"]

EncodingName = Literal["CP932", "UTF-8", "UTF-8 (BOM)"]
GETA = "〓"
_TWINS = str.maketrans("〜−‖—¢£¬\u00a0é", "～－∥―￠￡￢ e")
_ENCODINGS: dict[str, str] = {"CP932": "cp932", "UTF-8": "utf-8", "UTF-8 (BOM)": "utf-8-sig"}
ENCODINGS = tuple(_ENCODINGS)


def encode(text: str, name: EncodingName) -> bytes:
    """Text that `replaced` has been through, as bytes; UnicodeEncodeError where it has not."""
    return text.encode(_ENCODINGS[name])


def lacking(text: str) -> set[str]:
    """The characters of a text that CP932 lacks, twins or not."""
    found = set()
    for character in set(text):
        try:
            character.encode("cp932")
        except UnicodeEncodeError:
            found.add(character)
    return found


def replaced(
    frame: pl.DataFrame, missing: Callable[[str], set[str]]
) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """A table of texts without the characters that are ``missing``, and in which rows one became 〓."""
    touched = np.zeros(len(frame), np.bool_)
    columns = {}
    for name in frame.columns:
        column = frame[name]
        bad = missing("".join(column.unique().to_list()))
        if bad:
            table = {character: character.translate(_TWINS) for character in bad}
            table = {old: new if not missing(new) and new != old else GETA for old, new in table.items()}
            lost = [character for character, new in table.items() if new == GETA]
            if lost:
                touched |= column.str.contains_any(lost).to_numpy()
            column = column.str.replace_many(list(table), list(table.values()))
        columns[name] = column
    return pl.DataFrame(columns), touched

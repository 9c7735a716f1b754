"""Bad input: what a file or an option holds that cannot be used, said once and clearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["SHOWN", "BadInput", "Language", "Problem"]

Language = Literal["ja", "en"]

SHOWN = 20
"""Problems shown in full before the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where it stands, what was found, what was expected in both languages.

    `line` is the line of the file, counted from 1, or None where the file has no lines to name.
    """

    file: str
    field: str
    found: str
    expected_ja: str
    expected_en: str
    line: int | None = None

    def text(self, lang: Language = "ja") -> str:
        """The problem as one line of text."""
        found = self.found if len(self.found) <= 80 else self.found[:79] + "…"
        found = found.replace("\r", "\\r").replace("\n", "\\n")
        if lang == "ja":
            line = f" {self.line}行目" if self.line is not None else ""
            return f"{self.file}{line} [{self.field}]: 値「{found}」、正しい値: {self.expected_ja}"
        line = f" line {self.line}" if self.line is not None else ""
        return f"{self.file}{line} [{self.field}]: found {found!r}, expected {self.expected_en}"


class BadInput(ValueError):
    """Input that cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.render("en"))

    def render(self, lang: Language = "ja") -> str:
        """The first problems in full, one a line, then how many more there are."""
        lines = [problem.text(lang) for problem in self.problems[:SHOWN]]
        if (more := len(self.problems) - SHOWN) > 0:
            lines.append(f"ほか {more} 件" if lang == "ja" else f"and {more} more")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[BadInput], tuple[tuple[Problem, ...]]]:
        return (type(self), (self.problems,))

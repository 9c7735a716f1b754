"""A rule's switch replaces a table row, a policy or a function while a shop is built and run, and puts it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from teiki_sim import policies
from teiki_sim.monitors import wording

__all__ = ["Swap", "Switch", "silent", "without"]

Switch = Callable[["Swap"], None]
"""``switch(swap)`` puts what breaks the rule in place of what keeps it."""


class Swap:
    """Replacements, undone in the reverse order."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def put(self, owner: Any, name: Any, value: Any) -> None:
        """Another value for an attribute of a module or object, or for an entry of a mapping."""
        if isinstance(owner, MutableMapping):
            before = owner[name]
            owner[name] = value
            self._undo.append(lambda: owner.__setitem__(name, before))
        else:
            before = getattr(owner, name)
            setattr(owner, name, value)
            self._undo.append(lambda: setattr(owner, name, before))

    def policy(self, platform: str, **changes: Any) -> None:
        """A platform with other values in its policy."""
        self.put(policies.POLICIES, platform, replace(policies.POLICIES[platform], **changes))

    def undo(self) -> None:
        """All as it was."""
        while self._undo:
            self._undo.pop()()


def silent(rule: str) -> Switch:
    """The switch of a V rule: its row among the violations' rules is gone, so that nothing is reported under it."""

    def switch(swap: Swap) -> None:
        rest = tuple(row for row in wording.RULES if row[-1] != rule)
        assert len(rest) < len(wording.RULES), rule
        swap.put(wording, "RULES", rest)

    return switch


@contextmanager
def without(rule: str) -> Iterator[None]:
    """A world in which one rule does not hold; KeyError for a rule without a switch."""
    from teiki_scenarios.switches.table import SWITCHES

    swap = Swap()
    try:
        SWITCHES[rule](swap)
        yield
    finally:
        swap.undo()

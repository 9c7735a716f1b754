"""What a monitor found, in running numbers; ids, names and words come when the log is closed."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Finding:
    """One breach, or what will be one unless it is mended in time.

    ``case`` tells apart the ways in which an invariant is broken, ``facts`` fill the message.
    """

    invariant: str
    case: str
    at: int
    sub: int
    order: int
    evidence: tuple[int, ...]
    money: int = 0
    key: str = ""
    platform: str = ""
    facts: dict[str, int | str] = field(default_factory=dict)

    @property
    def slot(self) -> tuple[str, str, str]:
        """Where an agenda keeps it."""
        return self.invariant, self.case, self.key

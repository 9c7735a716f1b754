"""Texts as numbers: the wire names orders and consumers, the ledger and the draws count them."""

__all__ = ["Register"]


class Register:
    """Gives each text a number, from 0, and remembers it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []

    def number(self, text: str) -> int:
        """The number of a text, a new one the first time."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return number

    def text(self, number: int) -> str:
        """The text of a number, "" where it has none (a store's own number)."""
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    def __len__(self) -> int:
        return len(self._texts)

"""Card brands as the order list shows them: spellings outside the known list show as 種別不明 (SS-ORD-10)."""

__all__ = ["KNOWN", "UNKNOWN", "shown"]

UNKNOWN = "種別不明"

KNOWN: dict[str, str] = {
    "visa": "VISA",
    "mastercard": "Mastercard",
    "jcb": "JCB",
    "amex": "American Express",
    "diners": "Diners Club",
}
"""Spellings that are known, in lower case, with what is shown (the document names mastercard; the others are modelled)."""


def shown(spelling: str) -> str:
    """What is shown of a brand; the payment itself does not depend on it."""
    return KNOWN.get(spelling.strip().lower(), UNKNOWN)

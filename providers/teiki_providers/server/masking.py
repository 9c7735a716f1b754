"""What must not be read in a journal, a log or an error: card numbers, secrets, personal data."""

import re
from typing import Any

__all__ = ["has_card_number", "mask", "mask_answer", "mask_value", "passes_luhn"]

_RUN = re.compile(r"(?<!\d)\d{13,19}(?!\d)")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_SECRET = (
    r"[A-Za-z]*Pass(?:word|code)?|Token|SecurityCode|Signature|AWSAccessKeyId|[A-Za-z]*Secret|[A-Za-z]*Key"
)
_PERSONAL = (
    r"[A-Za-z_]*(?:name|kana|mail|email|e-mail|tel|phone|phonenumber|telephone|zip|zipcode|zip_code|postcode|postalcode)"
    r"|[A-Za-z_]*address(?:line)?\d?|addressee|street|buyerid"
)
#: Names that only end like personal data.
_HARMLESS = (
    r"(?!(?:api|method|shop|field|file|store|product|item|operation|provider|result|status|error)_?name\b)"
)
_NAMES = rf"{_HARMLESS}(?:{_SECRET}|{_PERSONAL})"
_FORM = re.compile(rf"(?i)(^|[&?\s])({_NAMES})=([^&\s]+)")
_JSON = re.compile(rf'(?i)("{_NAMES}"\s*:\s*)"(?:[^"\\]|\\.)*"')
_XML = re.compile(rf"(?i)<({_NAMES})>[^<]+</")
_STARS = "***"


def passes_luhn(digits: str) -> bool:
    """Whether a run of digits has the check digit of a card number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        total += _DOUBLED[value] if place % 2 else value
    return total % 10 == 0


def has_card_number(text: str) -> bool:
    """Whether a run of 13 to 19 digits that passes the check stands in a text."""
    return any(run.isascii() and passes_luhn(run) for run in _RUN.findall(text))


def _starred(found: re.Match[str]) -> str:
    run = found[0]
    return "*" * (len(run) - 4) + run[-4:] if run.isascii() and passes_luhn(run) else run


def mask(text: str) -> str:
    """A text with every run that could be a card number starred, but for its last four digits."""
    return _RUN.sub(_starred, text)


def mask_answer(text: str) -> str:
    """An answer's text as the journal keeps it: no card number, secret or personal datum."""
    if "=" in text:
        text = _FORM.sub(rf"\1\2={_STARS}", text)
    if '"' in text:
        text = _JSON.sub(rf'\1"{_STARS}"', text)
    if "<" in text:
        text = _XML.sub(rf"<\1>{_STARS}</", text)
    return mask(text)


def mask_value(value: Any) -> Any:
    """`mask` for every text of plain data, and for numbers that are long enough."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10**12:
        return mask(text) if has_card_number(text := str(value)) else value
    if isinstance(value, dict):
        return {mask(str(name)): mask_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(inner) for inner in value]
    return value

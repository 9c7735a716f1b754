"""What must not be read in a journal, a log or an error: card numbers, secrets, personal data."""

import re
from functools import lru_cache
from typing import Any

__all__ = [
    "has_card_number",
    "mask",
    "mask_answer",
    "mask_named",
    "mask_value",
    "names_private",
    "passes_luhn",
]

#: A quick look: most texts have no such run.
_LONG = re.compile(r"[0-9]{13}")
_RUN = re.compile(r"(?<![0-9])[0-9]{13,19}(?![0-9])")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_PRIVATE = re.compile(
    r"""(?ix)
    [a-z]*pass(?:word|code)? | token | securitycode | signature | awsaccesskeyid | [a-z]*secret | [a-z]*key
    | (?!(?:api|method|shop|field|file|store|product|item|operation|provider|result|status|error)_?name$)
      [a-z_]*(?:name|kana|mail|e-mail|tel|phone|phonenumber|telephone|zip|zipcode|zip_code|postcode|postalcode)
    | [a-z_]*address(?:line)?\d? | addressee | street | buyerid
    """
)
_JSON = re.compile(r'("([A-Za-z_][\w-]*)"\s*:\s*)"(?:[^"\\]|\\.)+"')
_XML = re.compile(r"<([A-Za-z_][\w-]*)>[^<]+</")
_STARS = "***"


@lru_cache(4096)
def _is_private(name: str) -> bool:
    """Whether a field of this name holds a secret or a personal datum."""
    return _PRIVATE.fullmatch(name) is not None


def _form_masked(text: str) -> str:
    """One line of raw name=value pairs."""
    parts = text.split("&")
    for place, part in enumerate(parts):
        name, equals, value = part.partition("=")
        if value and _is_private(name):
            parts[place] = name + equals + _STARS
    return "&".join(parts)


@lru_cache(1024)
def passes_luhn(digits: str) -> bool:
    """Whether a run of digits has the check digit of a card number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        total += _DOUBLED[value] if place % 2 else value
    return total % 10 == 0


def has_card_number(text: str) -> bool:
    """Whether a run of 13 to 19 digits that passes the check stands in a text."""
    return _LONG.search(text) is not None and any(map(passes_luhn, _RUN.findall(text)))


def _starred(found: re.Match[str]) -> str:
    run = found[0]
    return "*" * (len(run) - 4) + run[-4:] if passes_luhn(run) else run


def mask(text: str) -> str:
    """A text with every run that could be a card number starred, but for its last four digits."""
    return _RUN.sub(_starred, text) if _LONG.search(text) else text


def mask_answer(text: str) -> str:
    """An answer's text as the journal keeps it: no card number, secret or personal datum."""
    first = text[:1]
    if first in ("{", "["):
        text = _JSON.sub(lambda found: f'{found[1]}"{_STARS}"' if _is_private(found[2]) else found[0], text)
    elif first == "<":
        text = _XML.sub(lambda found: f"<{found[1]}>{_STARS}</" if _is_private(found[1]) else found[0], text)
    elif "=" in text:
        text = _form_masked(text)
    return mask(text)


def names_private(value: Any) -> bool:
    """Whether plain data has something below a name that stands for a secret or a personal datum."""
    if isinstance(value, dict):
        return any(
            bool(inner) and (_is_private(name) or names_private(inner)) for name, inner in value.items()
        )
    return isinstance(value, list | tuple) and any(map(names_private, value))


def mask_named(value: Any) -> Any:
    """`mask_value`, and nothing below a name that stands for a secret or a personal datum."""
    if isinstance(value, dict):
        return {
            mask(str(name)): _STARS if inner and _is_private(str(name)) else mask_named(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask_named(inner) for inner in value]
    return mask_value(value)


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

"""The form of GMO-PG's protocol type, shared by card and Rakuten Pay: form fields in, one line of k=v out.

Answers are HTTP 200 whatever they say, in Windows-31J, values raw, errors as two lists joined by "|"
(documented by recorded test traffic in the card facts).
"""

from collections.abc import Iterable, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import unquote_to_bytes

from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.said import Front

__all__ = ["answer", "error", "fields", "parse_answer", "searcher"]

#: More fields or bytes than any call of the protocol has.
_MOST_FIELDS = 200


def _text(raw: bytes) -> str:
    """UTF-8 first, then Windows-31J: serves every client known."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace")


def _urlencoded(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in body.split(b"&")[:_MOST_FIELDS]:
        name, _, value = part.partition(b"=")
        if b"+" in value:
            value = value.replace(b"+", b" ")
        found[_text(name)] = _text(unquote_to_bytes(value) if b"%" in value else value)
    return found


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found: dict[str, str] = {}
    if not message.is_multipart():
        return found
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes) and len(found) < _MOST_FIELDS:
            found[name] = _text(content)
    return found


def fields(request: Request) -> dict[str, str]:
    """The form fields of a request, urlencoded or multipart.

    Raises `Turned` with E31500014 for anything but POST and E00000010 for an empty or unreadable body.
    """
    if request.method != "POST":
        raise Turned(error("E31500014"), f"{request.method} where POST is expected")
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/"):
        found = _multipart(content_type, request.body)
    else:
        found = _urlencoded(request.body)
    if not found or (len(found) == 1 and "" in found):
        raise Turned(error("E00000010"), "no form fields in the body")
    return found


def answer(values: Mapping[str, str], transaction: str = "") -> Reply:
    """One line of raw values, in the order given."""
    line = "&".join(f"{name}={value}" for name, value in values.items())
    return Reply(
        200, line.encode("cp932", "replace"), "text/plain;charset=Windows-31J", transaction=transaction
    )


def _prefix(info: str) -> str:
    """ErrCode of an ErrInfo: its first three characters, but Gxx and Cxx for 42Gxx…, 42Cxx…."""
    return info[2:5] if info.startswith(("42G", "42C")) else info[:3]


def error(*infos: str, transaction: str = "") -> Reply:
    """An answer of errors: ErrCode and ErrInfo alone, side by side."""
    values = {"ErrCode": "|".join(_prefix(info) for info in infos), "ErrInfo": "|".join(infos)}
    return answer(values, transaction)


def parse_answer(body: bytes) -> dict[str, str]:
    """Read an answer back, as a store does."""
    pairs: Iterable[str] = body.decode("cp932", "replace").split("&")
    return dict(pair.partition("=")[::2] for pair in pairs)


def searcher(fronts: Mapping[str, Front], pay_type: str) -> Front | None:
    """Whose trades SearchTradeMulti finds under a PayType: a dialect lists its own in ``pay_types``.

    The call arrives at the card's dialect, which lets the other one read it (``read``), so that the journal and
    the faults see it as that provider's.
    """
    return next((front for front in fronts.values() if pay_type in getattr(front, "pay_types", ())), None)

"""NP's checks of single fields: all errors of one item together, by code.

The codes of buyers and recipients are those that public NP clients list; codes of the order's own fields and of its lines
are modelled, since the lists begin after them.
"""

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple

from teiki_providers.deferred.np_wire import Goods, Order, Report
from teiki_providers.deferred.persons import Person
from teiki_providers.deferred.postcodes import fits

__all__ = ["COMPANIES", "id_errors", "order_errors", "report_errors", "sum_of"]

#: The goods may differ from the bill by so much.
TOLERANCE = 3_000
_MOBILE = ("020", "050", "060", "070", "080", "090")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

#: Carriers of a shipment report (public NP clients).
COMPANIES = {
    "50000": "佐川急便", "59010": "ヤマト運輸", "59020": "日本通運", "59030": "西濃運輸", "59040": "書留",
    "59041": "ゆうパック", "59042": "翌朝10時便", "59043": "ゆうパケット", "59050": "セイノースーパーエクスプレス",
    "59060": "福山通運", "59080": "新潟運輸", "59090": "名鉄運輸", "59100": "トナミ運輸", "59110": "信州名鉄運輸",
    "59140": "トール", "59150": "エコ配", "59160": "JAD", "55555": "その他",
}  # fmt: skip


class _Text(NamedTuple):
    """A text field: its longest, and the codes of missing (if it must be told), bad characters, too long."""

    field: str
    longest: int
    missing: str
    letters: str
    length: str


class _Form(NamedTuple):
    """The codes of one person's fields."""

    texts: tuple[_Text, ...]
    zip: tuple[str, str, str, str]  # missing, characters, form, doesn't fit the address
    tel: tuple[str, str, str, str, str]  # missing, characters, form, needs 11 digits, needs 10
    mail: tuple[str, str, str, str] | None  # missing, characters, length, form


_BUYER = _Form(
    (
        _Text("name", 21, "E0100048", "E0100049", "E0100050"),
        _Text("kana", 25, "", "E0100052", "E0100051"),
        _Text("company", 30, "", "E0100054", "E0100053"),
        _Text("department", 30, "", "E0100056", "E0100055"),
        _Text("address", 55, "E0100060", "E0100061", "E0100062"),
    ),
    ("E0100057", "E0100058", "E0100136", "E0100059"),
    ("E0100063", "E0100064", "E0100065", "E0100066", "E0100067"),
    ("E0100068", "E0100069", "E0100070", "E0100071"),
)
_DEST = _Form(
    (
        _Text("name", 21, "E0100072", "E0100073", "E0100074"),
        _Text("kana", 25, "", "E0100076", "E0100075"),
        _Text("company", 30, "", "E0100078", "E0100077"),
        _Text("department", 30, "", "E0100080", "E0100079"),
        _Text("address", 55, "E0100084", "E0100085", "E0100086"),
    ),
    ("E0100081", "E0100082", "E0100137", "E0100083"),
    ("E0100087", "E0100088", "E0100089", "E0100090", "E0100091"),
    None,
)


def id_errors(identity: str) -> list[str]:
    """What is wrong with an NP id as such."""
    if not identity:
        return ["EPRO0105"]
    if not (identity.isascii() and identity.isalnum()):
        return ["E0100002"]
    return [] if len(identity) == 11 and identity.isdigit() else ["E0100003"]


def sum_of(goods: tuple[Goods, ...]) -> int:
    """The sum of the lines."""
    return sum(line.price * line.quantity for line in goods)


def order_errors(order: Order, edits: bool) -> list[str]:
    """What is wrong with a registration, or with what an edit tells."""
    found = [*_own_errors(order, edits)]
    if order.buyer is not None:
        found += _person_errors(order.buyer, _BUYER)
    elif not edits:
        found += ["E0100048"]
    found += _dest_errors(order, edits)
    if order.goods is not None or not edits:
        found += _goods_errors(order.goods or ())
    if not found and order.goods and order.amount is not None:
        found += [] if abs(sum_of(order.goods) - order.amount) <= TOLERANCE else ["E0102004"]
    return found


def _own_errors(order: Order, edits: bool) -> Iterator[str]:
    if not order.shop and not edits:
        yield "E0100041"
    elif not _is_printable(order.shop):
        yield "E0100042"
    elif len(order.shop) > 40:
        yield "E0100043"
    if not order.date and not edits:
        yield "E0100044"
    elif order.date and not _is_date(order.date):
        yield "E0100045"
    if order.type not in ("", "02", "03"):
        yield "E0100046"
    if (order.amount is None and not edits) or (
        order.amount is not None and order.amount < (0 if edits else 1)
    ):
        yield "E0100047"


def _dest_errors(order: Order, edits: bool) -> list[str]:
    """A separate invoice needs the recipient; a bundled one goes to the buyer, so there is no other (modelled)."""
    dest = order.dest or Person()
    if order.type == "03":
        buyer = order.buyer or Person()
        same = (dest.zip, dest.address) in (("", ""), (buyer.zip, buyer.address))
        return [] if same else ["E0100132"]
    if edits and order.dest is None:
        return []
    return [*_person_errors(dest, _DEST)]


def _person_errors(person: Person, form: _Form) -> Iterator[str]:
    for text in form.texts:
        yield from _text_errors(getattr(person, text.field), text)
    yield from _zip_errors(person, *form.zip)
    yield from _tel_errors(person.tel, *form.tel)
    if form.mail is not None:
        yield from _mail_errors(person.email, *form.mail)


def _text_errors(value: str, text: _Text) -> Iterator[str]:
    if not value.strip():
        if text.missing:
            yield text.missing
    elif not _is_printable(value) or (text.field == "address" and any(c.isspace() for c in value)):
        yield text.letters
    elif len(value) > text.longest:
        yield text.length


def _zip_errors(person: Person, missing: str, letters: str, form: str, misfit: str) -> Iterator[str]:
    digits = person.zip.replace("-", "")
    if not person.zip:
        yield missing
    elif not (digits.isascii() and digits.isdigit()):
        yield letters
    elif len(digits) != 7:
        yield form
    elif not fits(digits, person.address):
        yield misfit


def _tel_errors(tel: str, missing: str, letters: str, form: str, eleven: str, ten: str) -> Iterator[str]:
    digits = tel.replace("-", "")
    if not tel:
        yield missing
    elif not (digits.isascii() and digits.isdigit()):
        yield letters
    elif not digits.startswith("0"):
        yield form
    elif digits.startswith(_MOBILE):
        if len(digits) != 11:
            yield eleven
    elif len(digits) != 10:
        yield ten


def _mail_errors(mail: str, missing: str, letters: str, length: str, form: str) -> Iterator[str]:
    if not mail:
        yield missing
    elif not (mail.isascii() and mail.isprintable()):
        yield letters
    elif len(mail) > 100:
        yield length
    elif not _MAIL.fullmatch(mail):
        yield form


def _goods_errors(goods: tuple[Goods, ...]) -> Iterator[str]:
    if not goods or any(
        not line.name or len(line.name) > 150 or not _is_printable(line.name) for line in goods
    ):
        yield "E0102001"
    if any(abs(line.price) > 9_999_999 for line in goods):
        yield "E0102002"
    if any(not 1 <= line.quantity <= 99_999 for line in goods):
        yield "E0102003"


def report_errors(report: Report, bundled: bool) -> list[str]:
    """What is wrong with a shipment report but for a missing slip number, which the book answers."""
    found = []
    if not report.company:
        found.append("E0100109")
    elif report.company not in COMPANIES:
        found.append("E0100110")
    if report.slip and (len(report.slip) > 20 or not re.fullmatch(r"[0-9A-Za-z-]+", report.slip)):
        found.append("E0100107")
    if bundled and not report.issued:
        found.append("E0100111")
    elif report.issued and not bundled:
        found.append("E0100143")
    elif report.issued and not _is_date(report.issued):
        found.append("EPRO0109")
    return found


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)) and bool(
            datetime.date.fromisoformat(text)
        )
    except ValueError:
        return False


def _is_printable(text: str) -> bool:
    """No control characters, nothing beyond the basic plane; full-width blanks are letters (modelled)."""
    return text.replace("\u3000", "").isprintable() and all(ord(c) < 2**16 for c in text)

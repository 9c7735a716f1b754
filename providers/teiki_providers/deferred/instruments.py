"""Magic values: names, amounts, addresses and telephone numbers that bring about refusals, holds and reviews.

All are modelled: the vendors publish no test customers. A journal keeps a value's name, never the value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from teiki_providers.deferred.persons import Person
from teiki_providers.said import Instrument
from teiki_providers.scripts import Effect

__all__ = ["NP_MAGIC", "SCORE_MAGIC", "Magic", "found", "instruments"]


@dataclass(frozen=True, slots=True)
class Magic:
    """A magic value. ``results`` are what the inquiries after it tell, one each, in the vendor's own words."""

    key: str
    kind: str
    value: str
    effect: Effect
    ja: str
    en: str
    results: tuple[str, ...] = ()


_LONE_PLACES = ("局留", "営業所", "ホテル")


def _name(value: str, effect: Effect, ja: str, en: str, results: tuple[str, ...] = ()) -> Magic:
    return Magic(f"name:{value}", "name", value, effect, ja, en, results)


def _amount(value: int, effect: Effect, ja: str, en: str, results: tuple[str, ...] = ()) -> Magic:
    return Magic(f"amount:{value}", "amount", str(value), effect, ja, en, results)


def _ng(code: str) -> Effect:
    return Effect("declined", code)


def _held(code: str) -> Effect:
    """Held until it is edited, cancelled or dies of old age."""
    return Effect("pending", code)


def _table(*rows: Magic) -> Mapping[str, Magic]:
    return {row.key: row for row in rows}


NP_MAGIC: Mapping[str, Magic] = _table(
    *(
        _name(f"{code}テスト", _ng(code), f"与信NG {code}", f"refused with {code}")
        for code in ("NG001", "NG999")
    ),
    *(
        _name(f"{code}テスト", _held(code), f"保留 {code}", f"held with {code}")
        for code in ("RE009", "RE014", "RE015", "RE020", "RE021", "RE023", "RE026")
    ),
    _name("審査中テスト", _held("40"), "審査中、2回目の照会でOK", "in review, OK at the 2nd inquiry", ("40", "00")),
    _name("審査NGテスト", _held("40"), "審査中、2回目の照会でNG", "in review, NG at the 2nd inquiry", ("40", "20")),
    _name(
        "審査保留テスト",
        _held("40"),
        "審査中、2回目の照会で保留",
        "in review, held at the 2nd inquiry",
        ("40", "10"),
    ),
    _name("不明結果テスト", _held("77"), "識別できない与信結果 77 (TR-NP-06)", "an unknown result, 77 (TR-NP-06)"),
    _amount(44_001, _ng("NG001"), "与信NG NG001", "refused with NG001"),
    _amount(44_999, _ng("NG999"), "与信NG NG999", "refused with NG999"),
    _amount(44_009, _held("RE009"), "保留 RE009", "held with RE009"),
    _amount(44_040, _held("40"), "審査中、2回目の照会でOK", "in review, OK at the 2nd inquiry", ("40", "00")),
    Magic(
        "address:RE009", "address", "番地のない購入者住所", _held("RE009"), "保留 RE009",
        "a buyer's address without digits is held with RE009",
    ),
    Magic(
        "address:RE015", "address", "番地のない配送先住所", _held("RE015"), "保留 RE015",
        "a recipient's address without digits is held with RE015",
    ),
    Magic(
        "address:RE026", "address", "局留・営業所・ホテルの配送先", _held("RE026"), "保留 RE026",
        "delivery to a carrier's counter or a hotel is held with RE026",
    ),
    Magic(
        "tel:RE021", "telephone", "同じ数字だけの購入者電話番号", _held("RE021"), "保留 RE021",
        "a buyer's telephone number of one repeated digit is held with RE021",
    ),
    Magic(
        "tel:RE023", "telephone", "同じ数字だけの配送先電話番号", _held("RE023"), "保留 RE023",
        "a recipient's telephone number of one repeated digit is held with RE023",
    ),
)  # fmt: skip

SCORE_MAGIC: Mapping[str, Magic] = _table(
    _name("NGテスト", _ng("NG"), "与信NG", "refused"),
    _name("保留テスト", _held("保留"), "与信保留", "held"),
    _name(
        "審査中テスト",
        _held("審査中"),
        "審査中、2回目の照会でOK",
        "in review, OK at the 2nd inquiry",
        ("審査中", "OK"),
    ),
    _name(
        "審査NGテスト",
        _held("審査中"),
        "審査中、2回目の照会でNG",
        "in review, NG at the 2nd inquiry",
        ("審査中", "NG"),
    ),
    _name(
        "審査保留テスト",
        _held("審査中"),
        "審査中、2回目の照会で保留 (SS-SCORE-01)",
        "in review, held at the 2nd inquiry (SS-SCORE-01)",
        ("審査中", "保留"),
    ),
    _amount(44_999, _ng("NG"), "与信NG", "refused"),
    _amount(44_010, _held("保留"), "与信保留", "held"),
    _amount(
        44_040,
        _held("審査中"),
        "審査中、2回目の照会でOK",
        "in review, OK at the 2nd inquiry",
        ("審査中", "OK"),
    ),
    Magic(
        "address:保留",
        "address",
        "番地のない住所",
        _held("保留"),
        "与信保留",
        "an address without digits is held",
    ),
)


def found(table: Mapping[str, Magic], buyer: Person, dest: Person, amount: int) -> str:
    """The key of the first magic value among a registration's, "" for none."""
    return next((key for key in _candidates(buyer, dest, amount) if key in table), "")


def _candidates(buyer: Person, dest: Person, amount: int) -> Iterator[str]:
    yield f"name:{buyer.name}"
    yield f"amount:{amount}"
    if buyer.address and not _has_digit(buyer.address):
        yield from ("address:RE009", "address:保留")
    if dest.address and not _has_digit(dest.address):
        yield from ("address:RE015", "address:保留")
    if any(place in dest.address for place in _LONE_PLACES):
        yield "address:RE026"
    if _is_monotonous(buyer.tel):
        yield "tel:RE021"
    if _is_monotonous(dest.tel):
        yield "tel:RE023"


def _has_digit(text: str) -> bool:
    return any(c.isnumeric() or c in "〇零" for c in text)


def _is_monotonous(tel: str) -> bool:
    digits = [c for c in tel if c.isdigit()]
    return bool(digits) and len(set(digits)) == 1


def instruments(tables: Sequence[Mapping[str, Magic]]) -> list[Instrument]:
    """Magic values as the sandbox lists them."""
    return [
        Instrument("deferred", magic.kind, magic.value, magic.ja, magic.en, "ours", False)
        for table in tables
        for magic in table.values()
    ]

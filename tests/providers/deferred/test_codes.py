"""Every code that the deferred dialects can answer is described, with its source."""

import inspect
import re

import pytest

from teiki_providers.deferred import (
    book,
    instruments,
    np_checks,
    np_front,
    np_read,
    np_shop,
    postcodes,
    score_front,
    score_read,
    score_shop,
)
from teiki_providers.deferred.codes import NP_CODES, SCORE_CODES

_CODE = re.compile(r"\b(?:E01\d{5}|EPRO\d{4}|NG\d{3}|RE\d{3}|SCOR\d{4}|MULT\d{4})\b")


@pytest.mark.parametrize(
    "module",
    [book, instruments, np_checks, np_front, np_read, np_shop, score_front, score_read, score_shop],
    ids=lambda module: module.__name__.rpartition(".")[2],
)
def test_codes_are_described(module: object) -> None:
    described = {code.code for code in (*NP_CODES, *SCORE_CODES)}
    named = set(_CODE.findall(inspect.getsource(module)))  # type: ignore[arg-type]
    assert named - described == set()


def test_a_code_is_described_once() -> None:
    for codes in (NP_CODES, SCORE_CODES):
        assert len({code.code for code in codes}) == len(codes)
        assert all(code.ja and code.en and code.source for code in codes)


@pytest.mark.parametrize(
    ("postcode", "address", "fits"),
    [
        ("1500002", "東京都渋谷区渋谷1", True),
        ("1500002", "大阪府大阪市1", False),
        ("6180000", "大阪府三島郡島本町1", True),
        ("8170000", "長崎県対馬市1", True),
        ("1500002", "渋谷区渋谷1", True),
        ("9990000", "京都府京都市1", False),
    ],
)
def test_a_postcode_fits_its_prefecture(postcode: str, address: str, fits: bool) -> None:
    assert postcodes.fits(postcode, address) is fits

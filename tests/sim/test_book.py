"""The subscription book and the open orders: every header, encoding, date and nasty CSV."""

import datetime
from pathlib import Path

import pytest

from teiki_sim.bad_input import Problem
from teiki_sim.book import BadInput, Book, Orders, read_book, read_orders, rejects_csv
from teiki_sim.book_headers import BOOK, ORDERS, Column
from teiki_sim.calendar import to_day
from teiki_sim.config import METHODS, Config, load
from teiki_sim.frequencies import closed_set, parse
from teiki_sim.mapping import read_mapping

CONFIG = Config()
APRIL_20 = to_day(datetime.date(2026, 4, 20))

ROW = {
    "subscription_id": "T001",
    "customer_id": "C001",
    "name": "山田 太郎",
    "kana": "ヤマダ タロウ",
    "postcode": "100-0001",
    "prefecture": "東京都",
    "address": "千代田区千代田1-1",
    "phone": "03-1234-5678",
    "email": "taro@example.jp",
    "course": "お茶コース",
    "frequency": "1ヶ月ごと",
    "product_code": "TEA-30",
    "quantity": "2",
    "unit_price": "2980",
    "payment_method": "クレジットカード",
    "carrier": "ヤマト運輸",
    "status": "継続",
    "cycle": "3",
    "next_ship_date": "2026-04-17",
    "next_delivery_date": "2026-04-20",
    "first_delivery_date": "2026-01-20",
    "end_count": "12",
    "held": "0",
    "generation_error": "",
}
ORDER = {
    "order_id": "OC-1",
    "subscription_id": "T001",
    "cycle": "4",
    "order_status": "出荷待ち",
    "payment_status": "与信完了",
    "planned_ship_date": "2026-04-17",
    "planned_delivery_date": "2026-04-20",
    "amount": "5960",
    "product_code": "TEA-30",
    "quantity": "2",
    "payment_method": "クレジットカード",
}
JAPANESE = {column.key: column.ja for column in (*BOOK, *ORDERS)}


def text(*rows: dict[str, str], without: tuple[str, ...] = (), english: bool = False) -> str:
    keys = [key for key in rows[0] if key not in without]
    heads = keys if english else [JAPANESE[key] for key in keys]
    return (
        "\r\n".join(",".join(line) for line in [heads, *([row[key] for key in keys] for row in rows)])
        + "\r\n"
    )


def book(path: Path, content: str | bytes, **options: object) -> Book:
    file = path / "book.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_book(file, CONFIG, **options)  # type: ignore[arg-type]


def orders(path: Path, content: str, **options: object) -> Orders:
    file = path / "orders.csv"
    file.write_bytes(content.encode())
    return read_orders(file, CONFIG, **options)  # type: ignore[arg-type]


def problems(path: Path, content: str | bytes, **options: object) -> tuple[Problem, ...]:
    with pytest.raises(BadInput) as caught:
        book(path, content, **options)
    return caught.value.problems


def test_a_full_row_is_read(tmp_path: Path) -> None:
    (row,) = book(tmp_path, text(ROW)).rows
    assert (row.id, row.customer, row.course, row.product) == ("T001", "C001", "お茶コース", "TEA-30")
    assert row.frequency == parse("1ヶ月ごと")
    assert (row.quantity, row.unit_price, row.method, row.method_known) == (2, 2980, "クレジットカード", True)
    assert (row.carrier, row.status, row.cycle, row.end_count) == ("ヤマト運輸", "継続", 3, 12)
    assert (row.next_ship, row.next_delivery, row.first_delivery) == (APRIL_20 - 3, APRIL_20, APRIL_20 - 90)
    assert (row.held, row.generation_error) == (False, False)


def test_no_personal_data_is_kept(tmp_path: Path) -> None:
    read = book(tmp_path, text(ROW))
    shown = repr(read)
    for key in ("name", "kana", "postcode", "prefecture", "address", "phone", "email"):
        assert ROW[key] not in shown


def test_contacts_match_however_they_are_written(tmp_path: Path) -> None:
    other = ROW | {
        "subscription_id": "T002",
        "phone": "０３１２３４５６７８",
        "email": "TARO@example.jp",
        "name": "山田　太郎",
        "postcode": "1000001",
    }
    third = ROW | {"subscription_id": "T003", "phone": "", "email": "jiro@example.jp"}
    first, second, last = book(tmp_path, text(ROW, other, third)).contacts
    assert first == second
    assert last.phone == 0
    assert last.email != first.email
    assert last.name == first.name
    assert book(tmp_path, text(ROW), hash_key=b"other").contacts[0] != first
    assert book(tmp_path, text(ROW, without=("name", "postcode", "phone", "email"))).contacts == ()


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_encodings_and_line_ends_are_found(tmp_path: Path, encoding: str, newline: str) -> None:
    plain = book(tmp_path, text(ROW))
    read = book(tmp_path, text(ROW).replace("\r\n", newline).encode(encoding))
    assert read.encoding == encoding
    assert read.rows == plain.rows
    assert read.digest() == plain.digest()


def test_english_headers_in_another_order_are_the_same(tmp_path: Path) -> None:
    backwards = dict(reversed(ROW.items()))
    assert book(tmp_path, text(backwards, english=True)).rows == book(tmp_path, text(ROW)).rows


@pytest.mark.parametrize("column", BOOK, ids=lambda column: column.key)
def test_every_header_is_known_by_both_names(tmp_path: Path, column: Column) -> None:
    for head in (column.ja, column.key, column.key.upper(), f" {column.key.replace('_', ' ')} "):
        assert (
            book(
                tmp_path, text(ROW).replace(column.ja, head, 1) if column.ja != "氏名" else text(ROW)
            ).unknown_columns
            == ()
        )


@pytest.mark.parametrize(
    "column", [c for c in BOOK if not c.required and c.key not in ("next_ship_date", "next_delivery_date")]
)
def test_optional_columns_may_be_absent_or_empty(tmp_path: Path, column: Column) -> None:
    absent = book(tmp_path, text(ROW, without=(column.key,)))
    empty = book(tmp_path, text(ROW | {column.key: ""}))
    assert absent.rows == empty.rows


def test_defaults_of_what_is_left_out(tmp_path: Path) -> None:
    without = ("quantity", "unit_price", "carrier", "cycle", "end_count", "course", "first_delivery_date")
    (row,) = book(tmp_path, text(ROW, without=without)).rows
    assert (row.quantity, row.unit_price, row.carrier, row.cycle, row.end_count) == (1, None, None, 0, None)
    columns = book(tmp_path, text(ROW, without=without)).columns(CONFIG)
    assert columns.unit_price[0] == 2980
    assert columns.carriers[columns.carrier[0]] == CONFIG.default_carrier
    assert columns.first_delivery[0] == -1


@pytest.mark.parametrize("column", [c for c in BOOK if c.required], ids=lambda column: column.key)
def test_a_missing_required_column_is_named(tmp_path: Path, column: Column) -> None:
    (problem,) = problems(tmp_path, text(ROW, without=(column.key,)), skip_bad_rows=True)
    assert (problem.field, problem.line) == (column.ja, 1)
    assert column.key in problem.expected_en


def test_one_of_the_two_next_dates_must_be_a_column(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, text(ROW, without=("next_ship_date", "next_delivery_date")))
    assert "次回出荷予定日" in problem.expected_ja
    for one in ("next_ship_date", "next_delivery_date"):
        assert len(book(tmp_path, text(ROW, without=(one,)))) == 1


def test_unknown_columns_are_set_aside_and_named(tmp_path: Path) -> None:
    assert book(tmp_path, text(ROW).replace("都道府県", "メモ")).unknown_columns == ("メモ",)
    trailing = text(ROW).replace("\r\n", ",\r\n")
    assert book(tmp_path, trailing).unknown_columns == ("(列25)",)


def test_a_column_may_not_come_twice(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, text(ROW).replace("配送方法", "quantity"))
    assert problem.found == "数量, quantity"


@pytest.mark.parametrize("frequency", closed_set(), ids=lambda frequency: frequency.label("en"))
def test_every_frequency_is_read_in_both_languages(tmp_path: Path, frequency: object) -> None:
    labels = [parse(frequency.label(lang)).label(lang) for lang in ("ja", "en")]  # type: ignore[attr-defined]
    wide = labels[0].translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    rows = [ROW | {"subscription_id": f"T{n}", "frequency": label} for n, label in enumerate([*labels, wide])]
    assert {row.frequency for row in book(tmp_path, text(*rows)).rows} == {frequency}


@pytest.mark.parametrize("month", ["か月", "カ月", "ヵ月", "ヶ月", "ケ月"])
def test_spellings_of_months(tmp_path: Path, month: str) -> None:
    (row,) = book(tmp_path, text(ROW | {"frequency": f"２{month}ごと"})).rows
    assert row.frequency.label() == "2ヶ月ごと"


@pytest.mark.parametrize(
    "date",
    [
        "2026-04-20",
        "2026/4/20",
        "2026/04/20",
        "20260420",
        "2026年4月20日",
        "２０２６年４月２０日",
        "２０２６／４／２０",
        "2026/4/20 0:00",
    ],
)
def test_every_form_of_date(tmp_path: Path, date: str) -> None:
    (row,) = book(tmp_path, text(ROW | {"next_delivery_date": date})).rows
    assert row.next_delivery == APRIL_20


@pytest.mark.parametrize(
    "date", ["2026-02-29", "2026-13-01", "4/20", "soon", "0", "20/4/2026", "2026-4/20", "99990101"]
)
def test_what_is_no_date(tmp_path: Path, date: str) -> None:
    (problem,) = problems(tmp_path, text(ROW | {"next_delivery_date": date}))
    assert (problem.line, problem.field, problem.found) == (2, "次回お届け予定日", date)
    assert "2026年4月20日" in problem.expected_ja


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("1", True),
        ("１", True),
        ("はい", True),
        ("○", True),
        ("〇", True),
        ("0", False),
        ("いいえ", False),
        ("", False),
    ],
)
def test_flags(tmp_path: Path, flag: str, value: bool) -> None:
    (row,) = book(tmp_path, text(ROW | {"held": flag, "generation_error": flag})).rows
    assert (row.held, row.generation_error) == (value, value)


@pytest.mark.parametrize("price", ["2980", "２９８０", "¥2980", "2980円", '"2,980"', '"￥2,980"', "2980.0"])
def test_amounts(tmp_path: Path, price: str) -> None:
    (row,) = book(tmp_path, text(ROW | {"unit_price": price, "quantity": "２"})).rows
    assert (row.unit_price, row.quantity) == (2980, 2)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("継続", "継続"),
        ("有効", "継続"),
        ("停止", "停止"),
        ("キャンセル", "キャンセル"),
        ("終了", "終了"),
        ("ｷｬﾝｾﾙ", "キャンセル"),
    ],
)
def test_statuses(tmp_path: Path, given: str, status: str) -> None:
    read = book(tmp_path, text(ROW | {"status": given}))
    assert read.counts() == {status: 1}


@pytest.mark.parametrize("method", METHODS)
def test_every_payment_method(tmp_path: Path, method: str) -> None:
    wide = method.translate({ord(c): ord(c) + 0xFEE0 for c in "NPwizAmazonPay"})
    for given in (method, wide, f" {method} ", method.lower(), method.replace(" ", "")):
        (row,) = book(tmp_path, text(ROW | {"payment_method": given})).rows
        assert (row.method, row.method_known) == (method, True)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("subscription_id", "", "an id that is not empty"),
        ("customer_id", "", "an id that is not empty"),
        ("frequency", "3日ごと", "SS-FREQ-11"),
        ("frequency", "", "SS-FREQ-11"),
        ("product_code", "", "a product code"),
        ("quantity", "0", "a whole number from 1 to 9,999"),
        ("quantity", "1.5", "a whole number from 1 to 9,999"),
        ("quantity", "2147483648", "a whole number from 1 to 9,999"),
        ("cycle", "99999999999", "a whole number from 0 to 9,999"),
        ("quantity", "二", "a whole number from 1 to 9,999"),
        ("unit_price", "-1", "an amount in yen from 0 to 99,999,999"),
        ("unit_price", "9" * 19, "an amount in yen from 0 to 99,999,999"),
        ("payment_method", "コンビニ払い", "or map it under"),
        ("payment_method", "", "a payment method"),
        ("carrier", "赤帽", "one of ヤマト運輸"),
        ("status", "休会", "one of 継続"),
        ("status", "", "one of 継続"),
        ("cycle", "-1", "a whole number from 0 to 9,999"),
        ("held", "多分", "0/1, はい/いいえ, ○ or empty"),
        ("next_delivery_date", "2026-04-16", "a date not before the next ship date 2026-04-17"),
    ],
)
def test_a_bad_value_is_named_with_its_line_and_column(
    tmp_path: Path, key: str, value: str, expected: str
) -> None:
    good = ROW | {"subscription_id": "T000"}
    content = text(good, ROW | {key: value})
    (problem,) = problems(tmp_path, content)
    assert (problem.line, problem.field, problem.found) == (
        3,
        JAPANESE[key] if key != "status" else "ステータス",
        value,
    )
    assert expected in problem.expected_en
    read = book(tmp_path, content, skip_bad_rows=True)
    assert [row.id for row in read.rows] == ["T000"]
    assert (read.total, read.rejected, read.rejects) == (2, 1, (problem,))


def test_an_active_row_needs_a_next_date_and_others_do_not(tmp_path: Path) -> None:
    bare = ROW | {"next_ship_date": "", "next_delivery_date": ""}
    (problem,) = problems(tmp_path, text(bare))
    assert problem.field == "次回お届け予定日"
    for status in ("停止", "キャンセル", "終了"):
        (row,) = book(tmp_path, text(bare | {"status": status})).rows
        assert row.next_date is None
    for key in ("next_ship_date", "next_delivery_date"):
        assert len(book(tmp_path, text(bare | {key: "2026-04-20"}))) == 1


def test_an_unknown_product_needs_a_price(tmp_path: Path) -> None:
    assert book(tmp_path, text(ROW | {"product_code": "NEW-1"})).rows[0].product == "NEW-1"
    (problem,) = problems(tmp_path, text(ROW | {"product_code": "NEW-1", "unit_price": ""}))
    assert (problem.field, problem.found) == ("商品コード", "NEW-1")


def test_an_id_may_not_come_twice(tmp_path: Path) -> None:
    content = text(ROW, ROW | {"customer_id": "C002"})
    (problem,) = problems(tmp_path, content)
    assert problem.line == 3
    assert "line 2" in problem.expected_en
    (row,) = book(tmp_path, content, skip_bad_rows=True).rows
    assert row.customer == "C001"


def test_excels_guarded_numbers_are_unwrapped(tmp_path: Path) -> None:
    assert book(tmp_path, text(ROW | {"subscription_id": '="0012"'})).rows[0].id == "0012"


def test_an_unknown_method_is_a_warning_for_a_forecast(tmp_path: Path) -> None:
    read = book(tmp_path, text(ROW | {"payment_method": "コンビニ払い"}), unknown_methods="warn")
    assert read.unknown_methods == (("コンビニ払い", 1),)
    assert (read.rows[0].method, read.rows[0].method_known) == ("コンビニ払い", False)
    columns = read.columns(CONFIG)
    assert columns.methods[columns.method[0]] == "コンビニ払い"


def test_quotes_commas_and_line_breaks_within_fields(tmp_path: Path) -> None:
    odd = ROW | {"course": '"お茶,\r\n""特別"" コース"'}
    bad = ROW | {"subscription_id": "T002", "quantity": "x"}
    (problem,) = problems(tmp_path, text(odd, bad))
    assert problem.line == 4
    assert book(tmp_path, text(odd)).rows[0].course == 'お茶,\r\n"特別" コース'


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    content = text(ROW) + "\r\n" + "," * (len(ROW) - 1) + "\r\n\r\n"
    assert book(tmp_path, content).total == 1


def test_wrong_numbers_of_fields_are_named(tmp_path: Path) -> None:
    content = (
        text(ROW) + "T002,C002\r\n" + text(ROW | {"subscription_id": "T003"}).splitlines()[1] + ",more\r\n"
    )
    short, long = problems(tmp_path, content)
    assert (short.line, short.found) == (3, "2列 / 2 fields")
    assert (long.line, long.found) == (4, "25列 / 25 fields")
    read = book(tmp_path, content, skip_bad_rows=True)
    assert (len(read), read.rejected) == (1, 2)


@pytest.mark.parametrize("broken", ['"T002,C002', 'T002,"C002"x,'])
def test_a_broken_quote_spoils_its_own_line_only(tmp_path: Path, broken: str) -> None:
    first, second = text(ROW), text(ROW | {"subscription_id": "T003"}).splitlines()[1]
    content = first + broken + "\r\n" + second + "\r\n"
    (problem,) = problems(tmp_path, content)
    assert (problem.line, problem.field) == (3, "CSV")
    read = book(tmp_path, content, skip_bad_rows=True)
    assert [row.id for row in read.rows] == ["T001", "T003"]
    assert (read.total, read.rejected) == (3, 1)


def test_very_many_broken_quotes_end_the_reading(tmp_path: Path) -> None:
    content = text(ROW) + '"x"y\r\n' * 300
    read = book(tmp_path, content, skip_bad_rows=True)
    assert len(read) == 1
    assert len(read.rejects) == 102


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_bytes_of_no_encoding_spoil_their_row_only(tmp_path: Path, encoding: str) -> None:
    other = text(ROW | {"subscription_id": "T002", "course": "??"}).splitlines()[1]
    content = text(ROW).encode(encoding) + other.encode(encoding).replace(b"??", b"\xff\xfe") + b"\r\n"
    (problem,) = problems(tmp_path, content)
    assert problem.line == 3
    assert encoding in problem.expected_en
    assert len(book(tmp_path, content, skip_bad_rows=True)) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty file"),
        (b"\r\n\r\n", "empty file"),
        (b"\xef\xbb\xbf", "empty file"),
        (b"PK\x03\x04rest", "workbook"),
        ("定期".encode("utf-16"), "UTF-16"),
        (text(ROW).splitlines()[0].encode(), "0 rows"),
    ],
)
def test_a_file_without_a_book_is_said_so(tmp_path: Path, content: bytes, found: str) -> None:
    (problem,) = problems(tmp_path, content, skip_bad_rows=True)
    assert found in problem.found


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv"):
        read_book(tmp_path / "none.csv", CONFIG)


def test_all_problems_are_reported_first_twenty_in_full(tmp_path: Path) -> None:
    rows = [ROW | {"subscription_id": f"T{n}", "quantity": "x", "cycle": "y"} for n in range(15)]
    with pytest.raises(BadInput) as caught:
        book(tmp_path, text(*rows))
    assert len(caught.value.problems) == 30
    shown = caught.value.render("ja").splitlines()
    assert len(shown) == 21
    assert "2行目 [数量]: 値「x」" in shown[0]
    assert shown[-1] == "ほか 10 件"
    lines = rejects_csv(caught.value.problems).splitlines()
    assert lines[0] == "file,line,column,value,expected_ja,expected_en"
    assert lines[1] == 'book.csv,2,数量,x,"1以上 9,999 以下の整数","a whole number from 1 to 9,999"'
    assert len(lines) == 31


def test_rows_are_sorted_and_the_digest_is_theirs(tmp_path: Path) -> None:
    other = ROW | {"subscription_id": "T000"}
    forth, back = book(tmp_path, text(ROW, other)), book(tmp_path, text(other, ROW, without=("name",)))
    assert [row.id for row in forth.rows] == ["T000", "T001"]
    assert forth.digest() == back.digest()
    assert forth.digest() != book(tmp_path, text(ROW)).digest()
    assert forth.by_id["T001"] == forth.rows[1]


def test_the_default_start_is_the_first_of_the_earliest_active_month(tmp_path: Path) -> None:
    early = ROW | {"subscription_id": "T0", "next_ship_date": "2026-03-05", "next_delivery_date": ""}
    stopped = ROW | {"subscription_id": "T2", "status": "停止", "next_ship_date": "2025-01-05"}
    read = book(tmp_path, text(ROW, early, stopped))
    assert read.default_start() == to_day(datetime.date(2026, 3, 1))
    assert read.dated_before(to_day(datetime.date(2026, 4, 1))) == 1
    assert book(tmp_path, text(stopped)).default_start() is None


# ---- mapping -------------------------------------------------------------------------------------


def mapped(tmp_path: Path, toml: str) -> Path:
    file = tmp_path / "map.toml"
    file.write_text(toml, encoding="utf-8")
    return file


def test_a_mapping_renames_headers_and_values(tmp_path: Path) -> None:
    content = text(ROW | {"payment_method": "カード", "status": "1", "carrier": ""})
    content = (
        content.replace("支払方法", "決済").replace("定期受注番号", "契約ID").replace("フリガナ", "配送方法2")
    )
    toml = (
        '"決済" = "支払方法"\n[columns]\n"契約id" = "subscription_id"\n'
        '[values."支払方法"]\n"カード" = "クレジットカード"\n[values.status]\n1 = "継続"\n'
        '[values."配送方法"]\n"" = "ネコポス"\n[terms]\nx = 1\n'
    )
    mapping = mapped(tmp_path, toml)
    (row,) = book(tmp_path, content, mapping=mapping).rows
    assert (row.id, row.method, row.status, row.carrier) == ("T001", "クレジットカード", "継続", "ネコポス")
    assert read_mapping(mapping).terms == {"x": 1}


def test_values_may_be_mapped_under_their_header(tmp_path: Path) -> None:
    content = text(ROW | {"payment_method": "カード"}).replace("支払方法", "決済")
    mapping = read_mapping(
        mapped(tmp_path, '"決済" = "支払方法"\n[values."決済"]\n"カード" = "クレジットカード"\n')
    )
    assert book(tmp_path, content, mapping=mapping).rows[0].method_known


def test_a_mapping_can_leave_a_column_aside(tmp_path: Path) -> None:
    assert book(tmp_path, text(ROW), mapping=mapped(tmp_path, '"配送方法" = ""')).unknown_columns == (
        "配送方法",
    )


@pytest.mark.parametrize(
    ("toml", "place", "near"),
    [
        ('"決済" = "支払い方法"', "決済", "支払方法"),
        ('[values."支払い方法"]\na = "b"', "values.支払い方法", "支払方法"),
        ('"決済" = 3', "決済", ""),
        ("values = 3", "values", ""),
        ("[values]\nstatus = 3", "values.status", ""),
    ],
)
def test_a_bad_mapping_names_its_key(tmp_path: Path, toml: str, place: str, near: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_mapping(mapped(tmp_path, toml))
    (problem,) = caught.value.problems
    assert problem.field == place
    assert near in problem.expected_ja


# ---- open orders ---------------------------------------------------------------------------------


def test_an_open_order_is_read(tmp_path: Path) -> None:
    (row,) = orders(tmp_path, text(ORDER)).rows
    assert (row.order_id, row.subscription, row.cycle, row.amount) == ("OC-1", "T001", 4, 5960)
    assert (row.order_status, row.payment_status) == ("出荷待ち", "与信完了")
    assert (row.planned_ship, row.planned_delivery) == (APRIL_20 - 3, APRIL_20)
    assert orders(tmp_path, text(ORDER, english=True)).rows == (row,)


def test_what_a_child_leaves_empty_is_its_subscriptions(tmp_path: Path) -> None:
    bare = ORDER | dict.fromkeys(("cycle", "order_status", "product_code", "quantity", "payment_method"), "")
    (row,) = orders(tmp_path, text(bare), book=book(tmp_path, text(ROW))).rows
    assert (row.cycle, row.product, row.quantity, row.method) == (4, "TEA-30", 2, "クレジットカード")
    assert row.order_status == "出荷待ち"
    assert orders(tmp_path, text(bare)).rows[0].product == ""


def test_a_single_order_has_no_subscription(tmp_path: Path) -> None:
    (row,) = orders(tmp_path, text(ORDER | {"subscription_id": "", "cycle": ""})).rows
    assert (row.subscription, row.cycle) == (None, 0)


def test_no_open_orders_are_fine(tmp_path: Path) -> None:
    read = orders(tmp_path, text(ORDER).splitlines()[0])
    assert (len(read), read.total, read.rejected, read.counts()) == (0, 0, 0, {})


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"order_id": ""}, "注文番号"),
        ({"subscription_id": "T999"}, "定期受注番号"),
        ({"planned_ship_date": ""}, "出荷予定日"),
        ({"planned_delivery_date": "2026-04-01"}, "お届け予定日"),
        ({"order_status": "配達中"}, "注文ステータス"),
        ({"payment_status": "謎"}, "決済状況"),
        ({"payment_method": "コンビニ払い"}, "支払方法"),
        ({"subscription_id": "", "payment_method": ""}, "支払方法"),
        ({"subscription_id": "", "product_code": ""}, "商品コード"),
        ({"subscription_id": "", "product_code": "NEW-1", "amount": ""}, "商品コード"),
        ({"amount": "x"}, "金額"),
    ],
)
def test_a_bad_order_is_named(tmp_path: Path, change: dict[str, str], column: str) -> None:
    owner = book(tmp_path, text(ROW))
    content = text(ORDER | {"order_id": "OC-0"}, ORDER | change)
    with pytest.raises(BadInput) as caught:
        orders(tmp_path, content, book=owner)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (3, column)
    read = orders(tmp_path, content, book=owner, skip_bad_rows=True)
    assert (len(read), read.rejected, read.counts()) == (1, 1, {"出荷待ち": 1})


def test_a_large_book_is_read_whole(tmp_path: Path) -> None:
    rows = [ROW | {"subscription_id": f"T{n:05}", "customer_id": f"C{n}"} for n in range(5000)]
    read = book(tmp_path, text(*rows).encode("cp932"))
    assert len(read) == len(read.columns(load())) == 5000

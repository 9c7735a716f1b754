"""The sample shop: shipped as made, read without a complaint, and of every kind."""

import csv
import io
from pathlib import Path

import faker

from teiki_scenarios.sample import BOOK, CONFIG, ORDERS, make
from teiki_sim.book import Book, Orders, read_book, read_orders
from teiki_sim.calendar import iso, to_day
from teiki_sim.config import METHOD_PROVIDER, METHODS, load

PEOPLE = {"氏名", "フリガナ", "郵便番号", "都道府県", "住所", "電話番号", "メールアドレス"}


def read() -> tuple[Book, Orders]:
    config = load(CONFIG)
    book = read_book(BOOK, config)
    return book, read_orders(ORDERS, config, book=book)


def impersonal(content: bytes) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(content.decode("cp932"), newline=""))
    return [{key: value for key, value in row.items() if key not in PEOPLE} for row in rows]


def test_the_files_are_what_the_script_makes(tmp_path: Path) -> None:
    make.main([str(tmp_path)])
    for shipped in (BOOK, ORDERS):
        fresh = (tmp_path / shipped.name).read_bytes()
        if faker.VERSION == make.FAKER:
            assert fresh == shipped.read_bytes()
        assert impersonal(fresh) == impersonal(shipped.read_bytes())


def test_it_is_read_without_a_complaint() -> None:
    book, orders = read()
    assert (len(book), book.encoding, book.unknown_columns, book.rejects) == (2000, "cp932", (), ())
    assert orders.unknown_columns == ()
    assert iso(book.default_start() or 0) == load(CONFIG).start.isoformat()
    assert book.dated_before(to_day(load(CONFIG).start)) == 0


def test_it_has_every_method_status_and_kind_of_frequency() -> None:
    book, orders = read()
    assert {row.method for row in book.rows} == set(METHODS)
    assert set(book.counts()) == {"継続", "停止", "キャンセル", "終了"}
    assert {row.frequency.kind for row in book.rows} == {
        "month",
        "month-week",
        "month-week-weekday",
        "week",
        "week-weekday",
        "days",
    }
    assert any(row.held for row in book.rows)
    assert any(row.generation_error for row in book.rows)
    assert any(row.end_count for row in book.rows if row.status == "継続")
    assert len({row.customer for row in book.rows}) < len(book)
    assert {row.method for row in orders.rows} == set(METHODS)
    assert {row.payment_status for row in orders.rows} >= {"与信完了", "対象外"}


def test_open_orders_are_the_children_due_and_single_orders() -> None:
    book, orders = read()
    config = load(CONFIG)
    start = to_day(config.start)
    ahead = config.schedule.generate_days_before_delivery
    children = [order for order in orders.rows if order.subscription is not None]
    singles = [order for order in orders.rows if order.subscription is None]
    assert children
    assert singles
    for order in children:
        row = book.by_id[order.subscription or ""]
        assert order.cycle == row.cycle + 1
        assert order.planned_delivery is not None
        assert start <= order.planned_ship <= order.planned_delivery < start + ahead
        assert row.next_delivery is not None
        assert row.next_delivery > order.planned_delivery
        assert (order.product, order.quantity, order.method) == (row.product, row.quantity, row.method)
    waiting = {order.subscription for order in children}
    for row in book.rows:
        if row.status == "継続" and row.id not in waiting:
            assert row.next_delivery is not None
            assert row.next_delivery >= start + ahead
    for order in orders.rows:
        assert (METHOD_PROVIDER[order.method] is None) == (order.payment_status == "対象外")


def test_orders_are_numbered_by_the_platforms_rule() -> None:
    _, orders = read()
    for order in orders.rows:
        kind, stamp, digits, running = order.order_id.split("-")
        assert kind == ("ON" if order.subscription is None else "OC")
        assert (len(stamp), len(digits), len(running)) == (12, 3, 6)

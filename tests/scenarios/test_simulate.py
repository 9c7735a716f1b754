"""A simulated run: its files, that they are the same every time, and that rows and tables agree."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from teiki_scenarios import replications
from teiki_scenarios.inputs import Given, gather
from teiki_scenarios.output import whole_directory
from teiki_scenarios.replications import Task, build, replication_seed
from teiki_scenarios.sample import BOOK
from teiki_scenarios.simulation import Origin, simulate
from teiki_scenarios.summary import MEASURED
from teiki_sim.bad_input import BadInput
from teiki_sim.log.fold import Fold
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.reader import FileNames, read_chunks
from teiki_sim.log.statuses import CODE
from teiki_sim.messages import METHOD_NAMES, UNCOVERED
from teiki_sim.tables import STOPPED
from teiki_sim.world import World

FILES = {
    "summary.json",
    "events.parquet",
    "violations.csv",
    "violations.parquet",
    "truth.parquet",
    "shipments.csv",
    "shipments_by_product.csv",
    "report.html",
    "run.toml",
}
Run = Callable[..., Path]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs `simulate` on what was given; the directory."""

    def run(replications: int = 1, workers: int = 1, **given: Any) -> Path:
        inputs = gather(Given(**given))
        out = tmp_path_factory.mktemp("run") / "out"
        book, orders = inputs.opening()
        origin = Origin(inputs.digest, inputs.facts, inputs.rejects)
        simulate(inputs.config, book, orders, out, replications=replications, workers=workers, origin=origin)
        return out

    return run


@pytest.fixture(scope="module")
def careless(run: Run) -> Path:
    return run(subscriptions=400, months=3, slips="careless", replications=3)


def summary(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / "summary.json").read_text("utf-8"))
    return found


def settled(directory: Path) -> dict[str, Any]:
    return {key: value for key, value in summary(directory).items() if key not in MEASURED}


def days(directory: Path, part: str = "") -> pl.DataFrame:
    return pl.read_csv(directory / f"shipments{part}.csv", try_parse_dates=True)


# ---- files ---------------------------------------------------------------------------------------


def test_the_files_of_a_run(careless: Path) -> None:
    assert {path.name for path in careless.iterdir()} == FILES
    told = summary(careless)
    keys = {"seed", "config_digest", "subscriptions", "days", "events", "orders", "shipments", "violations"}
    assert keys | {"detection"} <= set(told)
    assert tuple(told)[-4:] == MEASURED
    events = pl.read_parquet(careless / "events.parquet")
    assert told["events"] == events.height
    assert events["at"].is_sorted()
    assert told["shipments"] == events.filter(kind="shipped").height
    with open(careless / "violations.csv", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert sum(told["violations"]["by_invariant"].values()) == len(found) > 0
    assert found[0]["evidence"]


def test_detection_counts_what_the_truth_says_broke(careless: Path) -> None:
    truth = pl.read_parquet(careless / "truth.parquet")
    broke = dict(truth.filter(outcome="broke").group_by("invariant").len().iter_rows())
    told = summary(careless)["detection"]
    assert {name: row["injected"] for name, row in told.items() if row["injected"]} == broke


def test_every_day_has_its_row(careless: Path) -> None:
    table, parts = days(careless), days(careless, "_by_product")
    assert " ".join(table.columns) == "date as_of dashboard projected net p10 p50 p90 mean actual"
    assert parts.columns == [*table.columns[:2], "name", *table.columns[2:], "units"]
    assert table["date"].to_list() == pl.date_range(table["date"][0], table["date"][-1], eager=True).to_list()
    assert table.height == summary(careless)["days"] == 91
    assert str(table["as_of"][0]) == "2026-03-31"
    assert parts.height == table.height * parts["name"].n_unique()
    for column in ("dashboard", "projected", "net", "actual"):
        assert (
            parts.group_by("date", maintain_order=True)
            .agg(pl.col(column).sum())[column]
            .equals(table[column])
        )
    assert (table["p10"] <= table["p50"]).all()
    assert (table["p50"] <= table["p90"]).all()


def test_actual_is_what_the_log_says_left(careless: Path) -> None:
    shipped = pl.read_parquet(careless / "events.parquet").filter(kind="shipped")
    left = shipped.group_by(date=pl.col("at").dt.date(), name=pl.col("product").cast(pl.String)).agg(
        n=pl.len().cast(pl.Int64), q=pl.col("quantity").sum().cast(pl.Int64)
    )
    parts = days(careless, "_by_product").filter(pl.col("actual") > 0)
    both = parts.join(left, on=["date", "name"], how="full", coalesce=True)
    assert both["n"].equals(both["actual"])
    assert both["q"].equals(both["units"])


# ---- the same again ------------------------------------------------------------------------------


def test_workers_change_nothing(careless: Path, run: Run) -> None:
    again = run(subscriptions=400, months=3, slips="careless", replications=3, workers=2)
    assert settled(again) == settled(careless)
    for name in FILES - {"summary.json", "report.html"}:
        assert (again / name).read_bytes() == (careless / name).read_bytes(), name


def test_replications_are_apart_and_keyed(careless: Path) -> None:
    assert replication_seed(7, 0) == 7
    assert len({replication_seed(seed, number) for seed in range(20) for number in range(20)}) == 400
    table = days(careless)
    assert table.filter(pl.col("p10") < pl.col("p90")).height
    assert table["mean"].sum() != table["actual"].sum()


def test_the_order_of_a_books_rows_changes_nothing(run: Run, tmp_path: Path) -> None:
    header, *rows = BOOK.read_bytes().decode("cp932").splitlines()
    rows, shuffled = rows[:300], sorted(rows[:300], key=lambda row: row[::-1])
    assert shuffled != rows
    directories = []
    for name, content in (("a.csv", rows), ("b.csv", shuffled)):
        book = tmp_path / name
        book.write_bytes("\r\n".join((header, *content, "")).encode("cp932"))
        directories.append(run(book=book, months=3, slips="careless"))
    one, other = directories
    assert settled(one) == settled(other)
    assert (one / "events.parquet").read_bytes() == (other / "events.parquet").read_bytes()


def test_another_seed_or_book_is_another_run(run: Run) -> None:
    one, other = run(subscriptions=50, months=1), run(subscriptions=50, months=1, seed=2)
    assert summary(one)["config_digest"] == summary(other)["config_digest"]
    assert settled(one) != settled(other)
    assert summary(run(subscriptions=51, months=1))["config_digest"] != summary(one)["config_digest"]


# ---- calm ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
@pytest.mark.parametrize("given", [{}, {"subscriptions": 500}], ids=["sample", "population"])
def test_a_calm_shop_ships_on_its_planned_dates(run: Run, platform: str, given: dict[str, int]) -> None:
    out = run(calm=True, months=4, platform=platform, **given)
    assert summary(out)["violations"] == {"by_invariant": {}, "by_rule": {}}
    for part in ("", "_by_product"):
        table = days(out, part)
        assert table["actual"].sum() > 0
        assert table["actual"].equals(table["projected"])
        assert table["net"].equals(table["projected"])
    shipped = pl.read_parquet(out / "events.parquet").filter(kind="shipped")
    planned = pl.read_parquet(out / "events.parquet").filter(pl.col("kind").is_in(["generated", "opened"]))
    both = shipped.join(planned.drop_nulls("order"), on="order", suffix="_planned")
    assert both.height == shipped.height
    assert (both["at"].dt.date() == both["ship_date_planned"]).all()


def test_one_date_in_a_book_gives_the_other(run: Run, tmp_path: Path) -> None:
    counts = []
    for column, date in (("次回お届け予定日", "2026-05-20"), ("次回出荷予定日", "2026-05-17")):
        book = tmp_path / f"{column}.csv"
        header = f"定期受注番号,顧客番号,頻度,商品コード,支払方法,ステータス,{column}"
        book.write_text(f"{header}\nS1,C1,1ヶ月ごと,TEA-30,代引き,継続,{date}\n", encoding="utf-8")
        out = run(book=book, months=3, calm=True)
        counts.append(days(out).filter(pl.col("actual") > 0)["date"].cast(pl.String).to_list())
    assert counts == [["2026-05-17", "2026-06-17", "2026-07-17"]] * 2


# ---- rows and tables -----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["subscstore", "ecforce"])
def folded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[World, Fold, FileNames]:
    """A finished world, and the fold of its file."""
    inputs = gather(Given(platform=request.param, slips="careless", months=4))
    path = tmp_path_factory.mktemp("fold") / "events.parquet"
    world = build(Task(inputs.config, *inputs.opening()), sinks=lambda names: [ParquetSink(path, names)])
    world.run()
    world.close()
    names, fold = FileNames(), Fold()
    for chunk in read_chunks(path, rows=10_000, names=names):
        fold.take(chunk)
    return world, fold, names


def _numbers(known: dict[str, int], texts: Sequence[Any]) -> NDArray[np.int64]:
    return np.array([known.get(text, -1) for text in texts])


def _products(world: World, names: FileNames) -> NDArray[np.int64]:
    known = names.vocabulary.products
    return np.array([known.index(c) if c in known else -2 for c in world.shop.log.vocabulary.products])


def test_rows_fold_into_the_subscriptions(folded: tuple[World, Fold, FileNames]) -> None:
    world, fold, names = folded
    table = world.shop.subs
    at = _numbers(names.subscriptions, [world.shop.names.subscription(i) for i in range(table.n)])
    assert (at >= 0).all()
    for name in ("status", "cycle", "ship", "delivery", "method", "quantity", "flag", "held"):
        np.testing.assert_array_equal(
            getattr(fold.subscriptions, name)[at], getattr(table, name)[: table.n], name
        )
    products = _products(world, names)[table.product[: table.n]]
    np.testing.assert_array_equal(fold.subscriptions.product[at], products)


def test_rows_fold_into_the_orders(folded: tuple[World, Fold, FileNames]) -> None:
    world, fold, names = folded
    shop, table = world.shop, world.shop.orders
    real = np.flatnonzero(table.status[: table.n])  # a charge refused first leaves a number that is no order
    at = _numbers(names.orders, shop.names.orders(real).to_pylist())
    assert (at >= 0).all()
    orders = fold.orders
    for name in ("cycle", "method", "quantity", "amount", "ship", "delivery", "status"):
        np.testing.assert_array_equal(getattr(orders, name)[at], getattr(table, name)[real], name)
    np.testing.assert_array_equal(orders.stopped[at], table.flags[real] & STOPPED > 0)
    np.testing.assert_array_equal(orders.product[at], _products(world, names)[table.product[real]])
    # No row tells 対象外: it goes with the method, and nobody is asked.
    plain = np.isin(orders.method[at], [int(method) for method in UNCOVERED])
    np.testing.assert_array_equal(np.where(plain, CODE["対象外"], orders.payment[at]), table.payment[real])
    assert len(METHOD_NAMES) == 9


def test_rows_fold_into_the_providers_ledger(folded: tuple[World, Fold, FileNames]) -> None:
    world, fold, names = folded
    gateway: Any = world.shop.gateway
    table = gateway.table()
    texts = world.shop.names.transactions(np.arange(len(table["order"]))).to_pylist()
    at = _numbers(names.transactions, texts)
    assert len(at) > 1000
    assert (at >= 0).all()
    for name in ("state", "authorised", "captured", "refunded"):
        np.testing.assert_array_equal(getattr(fold.ledger, name)[at], table[name], name)


# ---- the output directory ------------------------------------------------------------------------


def made(directory: Path, text: str) -> None:
    with whole_directory(directory) as part:
        (part / "summary.json").write_text('{"config_digest": "x"}', encoding="utf-8")
        (part / "text").write_text(text, encoding="utf-8")


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    made(out, "one")
    (out / "left over").touch()
    made(out, "two")
    assert {path.name for path in out.iterdir()} == {"summary.json", "text"}
    assert (out / "text").read_text() == "two"
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert out.stat().st_mode & 0o777 == out.parent.stat().st_mode & 0o777


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    made(tmp_path / "out", "one")
    (tmp_path / "empty").mkdir()
    made(tmp_path / "empty", "two")
    assert (tmp_path / "empty" / "text").exists()


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_earlier_output(tmp_path: Path, failure: type[BaseException]) -> None:
    out = tmp_path / "out"
    made(out, "one")
    with pytest.raises(failure), whole_directory(out) as part:
        (part / "text").write_text("two", encoding="utf-8")
        raise failure
    assert (out / "text").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_no_output_of_teiki_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"mine": true}', encoding="utf-8")
    with pytest.raises(BadInput, match=r"summary\.json"), whole_directory(tmp_path):
        raise AssertionError


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    made(tmp_path / "link", "one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "text").exists()


def test_a_failing_replication_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = gather(Given(subscriptions=3, months=1))
    original = replications.build

    def broken(task: Task, replication: int = 0, sinks: Any = None) -> World:
        if replication:
            raise RuntimeError
        return original(task, replication, sinks)

    monkeypatch.setattr(replications, "build", broken)
    with pytest.raises(RuntimeError):
        simulate(inputs.config, *inputs.opening(), tmp_path / "out", replications=2)
    assert list(tmp_path.iterdir()) == []

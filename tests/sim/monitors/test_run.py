"""The monitors as a sink: the table, ids, files, a log read back, and that cutting it changes nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teiki_sim.bad_input import BadInput
from teiki_sim.catalogue import invariants, rules
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.reader import FileNames, read_chunks
from teiki_sim.log.rows import Vocabulary
from teiki_sim.log.statuses import CODE
from teiki_sim.log.writer import Log
from teiki_sim.messages import METHOD_NAMES, Method
from teiki_sim.monitors import INVARIANTS, Monitors, Violation, run, violations_frame, write_violations
from teiki_sim.monitors.wording import MESSAGES, RULES

COLUMNS = [
    "id", "severity", "invariant", "rule", "at", "subscription", "order", "key", "money_at_risk", "message_ja",
    "message_en", "advice_ja", "advice_en", "evidence",
]  # fmt: skip


def test_all_are_watched_and_worded() -> None:
    of_ourselves = {"INV-40", "INV-41", "INV-50"}  # teiki's checks of its own results
    assert {invariant for invariant, _ in MESSAGES} == {*INVARIANTS, *of_ourselves} <= set(invariants())


def test_rules_are_v_rules_of_their_platform() -> None:
    for invariant, _, platform, _, rule in RULES:
        entry = rules()[rule]
        assert "V" in entry.kinds and entry.platform == platform, (invariant, rule)


class Ids:
    """Names of a small shop."""

    def subscription(self, number: int) -> str:
        return f"S{number}"

    def order(self, number: int) -> str:
        return f"OC-{number}"


def watched(story: Any, end: int = 30) -> list[Violation]:
    """A story's violations with names."""
    monitors = Monitors()
    log = Log(Vocabulary(), [monitors])
    for kind, at, side, columns in story.rows:
        code = columns.get("code", 0)
        log.one(kind, at, side, **columns | {"code": log.code(code) if isinstance(code, str) else code})
    log.close()
    monitors.close((20_000 + end) * 86_400, Ids())
    return monitors.violations


def test_ids_do_not_hang_on_row_numbers(story: Any) -> None:
    one = story().course().child().on(1).cancel()
    other = story().course().course(5).row(Kind.MAIL, sub=5).child().on(1).cancel()
    [first] = [v for v in watched(one) if v.invariant == "INV-01"]
    [second] = [v for v in watched(other) if v.invariant == "INV-01"]
    assert first.id == second.id and first.evidence != second.evidence
    assert (first.subscription_id, first.order_id) == ("S0", "OC-0")


def test_ids_are_unique_where_it_happens_again(story: Any) -> None:
    told = story().course().child().on(1).cancel().on(9).store(Kind.EDITED, status="出荷待ち", code="status")
    told.on(10).store(Kind.EDITED, status="キャンセル済み", code="status")
    found = [v for v in watched(told) if v.invariant == "INV-01"]
    assert len({v.id for v in found}) == len(found) == 2


def test_files(story: Any, tmp_path: Path) -> None:
    told = story().course().child().on(1).release_payment().on(4, 9).export().on(4, 15).leave()
    found = watched(told.on(5).row(Kind.STOPPED, sub=0, status="停止"), 20)
    write_violations(found, tmp_path)
    parquet = pl.read_parquet(tmp_path / "violations.parquet")
    csv = pl.read_csv(tmp_path / "violations.csv", schema_overrides={"evidence": pl.String})
    assert parquet.columns == csv.columns == COLUMNS
    assert parquet["at"].dtype == pl.Datetime("us") and parquet["evidence"].dtype == pl.List(pl.Int64)
    assert csv["at"][0] == "2024-10-08T15:00:00"
    assert csv["evidence"].to_list() == [";".join(map(str, v.evidence)) for v in found]
    assert parquet.select("at", "invariant", "id").rows() == sorted(
        parquet.select("at", "invariant", "id").rows()
    )
    assert set(parquet["severity"]) == {"violation"} and parquet["advice_ja"].str.len_chars().min()


def test_no_violations_still_make_a_frame() -> None:
    assert violations_frame([]).height == 0


def test_every_message_is_filled(story: Any) -> None:
    told = story().course().child().on(1, 12).store(Kind.EDITED, code="amount", amount=5000)
    told.on(4, 15).leave().on(4, 17).capture(amount=100).on(8).row(Kind.FLAG_SET, sub=0).child(1, cycle=1)
    for violation in watched(told, 60):
        assert "?" not in violation.message_ja + violation.message_en, violation


def test_rows_of_nothing_are_passed_over(story: Any) -> None:
    told = story().row(Kind.JOB, code="export", quantity=3).row(Kind.NOTICE, Side.PROVIDER).course().life()
    told.ledger(Kind.DECLINED, 0, -1).store(Kind.MAIL, 0)
    assert told.found(20) == []


def test_an_empty_log() -> None:
    monitors = Monitors()
    monitors.close()
    assert monitors.violations == []


# A log of anything at all: whatever comes, cutting and annotating it changes nothing.

_STATUSES = [0, 0, 0, *CODE.values()]
_WORDS = ["", "amount", "address", "dates", "method", "goods", "cancel_payment", "divergence", "1ヶ月ごと"]
_ROW = st.tuples(
    st.sampled_from(list(Kind)),
    st.sampled_from([Side.STORE, Side.STORE, Side.PROVIDER]),
    st.integers(-1, 2),  # subscription
    st.booleans(),  # about an order
    st.integers(0, 1),  # which of its orders
    st.integers(0, 5),  # hours (in steps) since the row before
    st.sampled_from(_STATUSES),
    st.sampled_from(_WORDS),
    st.integers(-1, 3),  # amount, cycle, transaction
    st.integers(-1, 40),  # dates
    st.sampled_from([-1, *Method]),
)
_STEPS = (0, 0, 60, 7200, 86_400, 3 * 86_400)


def _play(rows: list[Any], chunk_rows: int, noise: bool = False) -> list[Violation]:
    monitors = Monitors()
    log = Log(Vocabulary(methods=list(METHOD_NAMES)), [monitors], chunk_rows)
    now = 20_000 * 86_400
    for kind, side, sub, on_order, which, step, status, word, number, date, method in rows:
        now += _STEPS[step]
        order = (sub + 1) * 2 + which if on_order else -1
        if kind == Kind.SETTING:
            word, number = "grace.ledger", max(0, number)
        hidden = {"rule": log.rule("x"), "cause": log.rows} if noise else {}
        log.one(
            kind, now, side, "free text" if noise else None, sub=sub, order=order, status_to=status,
            code=log.code(word), quantity=number, amount=1000 * number if number > 0 else number, cycle=number,
            transaction=order * 2 + (number == 3) if order >= 0 else -1, ship=20_000 + date - 3 if date >= 0 else -1,
            delivery=20_000 + date if date >= 0 else -1, method=int(method), actor=int(Actor.SYSTEM), **hidden,
        )  # fmt: skip
    log.flush()
    monitors.close(now + 20 * 86_400)
    return monitors.violations


@settings(max_examples=150, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=60))
def test_cutting_and_annotating_change_nothing(rows: list[Any]) -> None:
    whole = _play(rows, 2**18)
    assert _play(rows, 1) == whole
    assert _play(rows, 7) == whole
    assert _play(rows, 2**18, noise=True) == whole
    assert len({v.id for v in whole}) == len(whole)


_LIKELY = [
    Kind.OPENED, Kind.SCHEDULED, Kind.GENERATED, Kind.AUTHORISED, Kind.EXPORTED, Kind.HANDED_OVER, Kind.SHIPPED,
    Kind.COMPLETED, Kind.CAPTURED, Kind.INVOICE_PAID,
]  # fmt: skip
_LIKELY_ROW = st.tuples(
    st.sampled_from([*_LIKELY * 3, *Kind]), st.sampled_from([Side.STORE, Side.STORE, Side.PROVIDER]),
    st.integers(-1, 5), st.booleans(), st.integers(0, 1), st.integers(0, 5), st.sampled_from(_STATUSES),
    st.sampled_from([*_WORDS, "orphan"]), st.integers(-1, 3), st.integers(-1, 40), st.sampled_from([-1, *Method]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    st.lists(_LIKELY_ROW, min_size=20, max_size=120),
    st.integers(1, 30),
    st.integers(1, 4),
    st.integers(1, 30),
)
def test_setting_rows_aside_changes_nothing(rows: list[Any], chunk: int, thin: int, enough: int) -> None:
    whole = _play(rows, 2**18)  # too few to set any aside
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"_MANY": 1, "_THIN": thin, "_ENOUGH": enough}.items():
            patch.setattr(run, name, value)
        assert _play(rows, chunk) == whole


class FileIds(Ids):
    """Names of columns, as the writer of the file wants them."""

    def subscriptions(self, numbers: Any) -> Any:
        return pa.array([self.subscription(int(n)) for n in numbers], pa.string())

    def orders(self, numbers: Any) -> Any:
        return pa.array([self.order(int(n)) for n in numbers], pa.string())

    def customers(self, subs: Any, orders: Any) -> Any:
        return np.asarray(subs)

    def customer_ids(self, numbers: Any) -> Any:
        return pa.array([f"C{n}" for n in numbers], pa.string())

    def transactions(self, numbers: Any) -> Any:
        return pa.array([f"T{n}" for n in numbers], pa.string())


@pytest.fixture
def log_file(story: Any, tmp_path: Path) -> tuple[Path, list[Violation]]:
    """A file with its violations as the run found them."""
    told = story("ecforce").course(method=Method.NP).course(1).course(2, delivery=9).child(method=Method.NP)
    told.on(0, 5).child(1, sub=1).on(1).cancel(1, 1).on(2).child(3, sub=2, delivery=9).on(4, 9).export()
    told.on(4, 15).leave().on(4, 17).capture(slip=10**11 + 9).on(6).row(Kind.FLAG_SET, sub=2)
    monitors = Monitors()
    path = tmp_path / "events.parquet"
    log = Log(Vocabulary(methods=list(METHOD_NAMES)), [monitors, ParquetSink(path, FileIds())], 7)
    for kind, at, side, columns in told.rows:
        code = columns.get("code", 0)
        log.one(
            kind,
            at,
            side,
            '{"a": 1}',
            **columns | {"code": log.code(code) if isinstance(code, str) else code},
        )
    log.close()
    monitors.close(names=Ids())
    return path, monitors.violations


@pytest.mark.parametrize("rows", [1, 5, 2**18])
def test_a_file_is_watched_as_the_run_was(log_file: tuple[Path, list[Violation]], rows: int) -> None:
    path, expected = log_file
    names, monitors = FileNames(), Monitors()
    for chunk in read_chunks(path, rows, names):
        monitors.take(chunk)
    monitors.close(names=names)
    assert expected and violations_frame(monitors.violations).equals(violations_frame(expected))


def test_a_file_gives_back_its_columns(log_file: tuple[Path, list[Violation]]) -> None:
    names = FileNames()
    chunks = list(read_chunks(log_file[0], 10, names))
    rows = [c for chunk in chunks for c in chunk.seq.tolist()]
    assert rows == list(range(len(rows)))
    shipped = [
        (chunk, i) for chunk in chunks for i in np.flatnonzero(chunk.columns["kind"] == Kind.SHIPPED).tolist()
    ]
    [(chunk, i)] = shipped
    assert chunk.columns["code"][i] == 10**11 and chunk.details[i] == '{"a": 1}'
    assert names.order(int(chunk.columns["order"][i])) == "OC-0"
    assert chunk.columns["at"][i] == 20_004 * 86_400 + 15 * 3600


def test_an_order_brings_its_subscription(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    pl.DataFrame(
        {
            "at": pl.Series([0, 1, 2], dtype=pl.Int64).cast(pl.Datetime("us")),
            "kind": ["generated", "captured", "mail"],
            "side": ["store", "provider", "store"],
            "subscription": ["A", None, None],
            "order": ["1", "1", "2"],
        }
    ).write_parquet(path)
    [chunk] = read_chunks(path)
    assert chunk.columns["sub"].tolist() == [0, 0, -1]


def test_unknown_words_are_named(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    at = pl.Series([0], dtype=pl.Int64).cast(pl.Datetime("us"))
    pl.DataFrame({"at": at, "kind": ["shiped"]}).write_parquet(path)
    with pytest.raises(BadInput, match="shiped"):
        list(read_chunks(path))

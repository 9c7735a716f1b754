"""Bulk jobs on the shop itself: what is noted and never logged, what the results say, sales totals."""

import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_sim.calendar import DAY, to_day
from teiki_sim.config import calm, load
from teiki_sim.jobs import engine
from teiki_sim.jobs.job import Job
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.sales import sales
from teiki_sim.jobs.selection import Search, Selection, hits
from teiki_sim.log.rows import Chunk
from teiki_sim.population import generate
from teiki_sim.shop import Shop
from teiki_sim.world import World


class Rows:
    """A sink that keeps the words of the log."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.details: list[str] = []

    def take(self, chunk: Chunk) -> None:
        self.words = chunk.vocabulary.codes.list
        self.details += chunk.details.values()

    def close(self) -> None:
        """Nothing is pending."""


@pytest.fixture
def log() -> Rows:
    return Rows()


@pytest.fixture
def shop(log: Rows) -> Shop:
    """The morning after a night in which most of 300 subscriptions had a child."""
    plain: dict[str, Any] = {"platform": "ecforce", "subscriptions": 300, "months": 1}
    config = calm(load(None, plain | {"population.start_spread": 1}))
    world = World.of(
        config,
        generate(config),
        (),
        lambda c, sink: open_gateway("direct", FaultPlan(c.seed, c.providers), sink, platform=c.platform),
        lambda _names: [log],
    )
    world.run(until=world.start * DAY + 3 * 3600)
    return world.shop


def done(shop: Shop, kind: str, selection: Selection | None = None, /, **args: Any) -> Job:
    job = engine.register(shop, kind, selection or Selection(), KINDS[kind].args.model_validate(args))
    engine.run(shop, job)
    return job


@pytest.mark.proves("EC-UPD-01")
def test_what_people_type_is_kept_and_never_logged(shop: Shop, log: Rows) -> None:
    typed = {
        "memo": "M-1", "attention_reason": "M-2", "blacklist_reason": "M-3", "customer_memo": "M-4",
        "subscription_reason": "M-5", "subscription_memo": "M-6", "subscription_attention_reason": "M-7",
    }  # fmt: skip
    job = done(
        shop, "update", attention=True, blacklist=True, subscription_status="停止", subscription_attention=True,
        labels=["M-8", "M-9"], shipped_on="2026-05-01", delivered_on="2026-05-02", paid_on="2026-05-03", **typed,
    )  # fmt: skip
    notes, order = shop.notes, int(job.orders[0])
    sub = int(shop.orders.sub[order])
    customer = int(shop.subs.customer[sub])
    assert (notes.memo[order], notes.attention_reason[order], notes.blacklist[customer]) == (
        "M-1",
        "M-2",
        "M-3",
    )
    assert (notes.customer_memo[customer], notes.subscription_reason[sub]) == ("M-4", "M-5")
    assert (notes.subscription_memo[sub], notes.subscription_attention[sub]) == ("M-6", "M-7")
    assert notes.labels[order] == {"M-8", "M-9"}
    first = to_day(datetime.date(2026, 5, 1))
    dates = (notes.shipped_on, notes.delivered_on, notes.paid_on)
    assert [column.get(order) for column in dates] == [first, first + 1, first + 2]
    shop.log.flush()
    assert not [word for word in (*log.words, *log.details) if "M-" in word]
    done(
        shop, "update", labels_off=["M-9"], blacklist=False, attention=False,
        clear=["memo", "paid_on", "customer_memo", "subscription_memo"],
    )  # fmt: skip
    assert notes.labels[order] == {"M-8"} and order not in notes.memo and customer not in notes.blacklist
    assert customer not in notes.customer_memo and sub not in notes.subscription_memo
    assert (notes.paid_on.get(order), notes.shipped_on.get(order)) == (-1, first)


@pytest.mark.proves("EC-JOB-01")
def test_pages_make_up_the_whole_search(shop: Shop) -> None:
    found = hits(shop, Search())
    size = shop.config.jobs.page_size
    assert len(found) > 2 * size
    pages = []
    for page in range(1, len(found) // size + 2):
        job = done(shop, "update", Selection(how="page", page=page), memo="x")
        assert job.hits == len(found)
        pages.append(job.orders)
    assert np.array_equal(np.concatenate(pages), found)


def test_search_conditions_narrow(shop: Shop) -> None:
    found, orders = hits(shop, Search()), shop.orders
    card = hits(shop, Search(method=["クレジットカード"]))
    assert 0 < len(card) < len(found) and (orders.method[card] == 0).all()
    dear = hits(shop, Search(amount_from=5000, amount_to=9000))
    assert len(dear) and ((orders.amount[dear] >= 5000) & (orders.amount[dear] <= 9000)).all()
    assert len(hits(shop, Search(kind="single"))) == 0
    assert len(hits(shop, Search(subscription_status=["有効"]))) == len(found)
    assert len(hits(shop, Search(shipping_list="出力済"))) == 0
    done(shop, "update", Selection(how="page"), shipping_list="出力済")
    assert len(hits(shop, Search(shipping_list="出力済"))) == shop.config.jobs.page_size


@pytest.mark.proves("EC-JOB-02", "EC-JOB-03")
def test_a_result_file_has_every_row(shop: Shop) -> None:
    done(shop, "capture", Selection(how="page"))
    job = done(shop, "update", carrier="佐川急便")
    file = pl.read_csv(engine.review(shop, job))
    assert file["order"].to_list() == shop.names.orders(job.orders).to_pylist()
    failed = file.filter(pl.col("result") == "failed")
    assert 0 < len(failed) == len(job.results.failed) and set(failed["code"]) == {"EC-UPD-04"}
    assert all("売上完了" in text for text in failed["message_ja"])
    assert [notice.ja for notice in job.notices] == ["一括更新を登録しました。", "一括更新を完了しました。"]


@pytest.mark.proves("EC-PAY-06")
def test_forced_operations_count_in_the_sales_totals(shop: Shop) -> None:
    before = sales(shop)
    assert before["captured"]["orders"] == 0
    first, second = (Selection(how="page", page=page) for page in (1, 2))
    captured, cancelled = done(shop, "force_capture", first), done(shop, "force_cancel", second)
    after, table = sales(shop), shop.gateway.table()
    wanted = [int(shop.orders.amount[job.orders].sum()) for job in (captured, cancelled)]
    assert [after["captured"]["yen"], after["cancelled"]["yen"]] == wanted
    assert table["captured"].sum() == 0
    assert {shop.gateway.state(int(t)) for t in shop.orders.transaction[cancelled.orders] if t >= 0} == {
        "AUTHORISED"
    }

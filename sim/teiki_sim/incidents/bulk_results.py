"""What can go wrong with bulk jobs as such: results that nobody reads, targets that are not those meant."""

from __future__ import annotations

from functools import partial

import numpy as np

from teiki_sim.calendar import DAY, to_date
from teiki_sim.desk import WHO
from teiki_sim.incidents.bulk import other_carrier, read, run_job
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.jobs import engine
from teiki_sim.jobs.job import Job
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.selection import Search, Selection, hits
from teiki_sim.log.statuses import PAYMENT_MEANING, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.operators import Operators
from teiki_sim.recalculation import recalculate
from teiki_sim.shop import Shop
from teiki_sim.standing import payment_meaning
from teiki_sim.tables import CAPTURE_TRIED, Rows

__all__ = ["INCIDENTS"]

_EC = frozenset({"ecforce"})


def _captured(shop: Shop) -> Rows:
    """Shipped orders that are captured."""
    orders, live = shop.orders, shop.live
    captured = PAYMENT_MEANING[orders.payment[live]] == PaymentMeaning.CAPTURED
    found: Rows = live[captured & (orders.status[live] == shop.policy.order.shipped)]
    return found


def _unread(desk: Operators, slip: str, source: str, job: Job) -> None:
    """完了 is taken for done: nobody opens the result, unless it is noticed a day later (INV-38)."""
    shop = desk.shop
    failed = job.results.failed
    if not len(failed):
        return
    order = int(job.orders[failed[0]])
    sub, due = shop.orders.sub.item(order), shop.now + shop.config.grace.job_review * DAY
    shop.truth.due(shop.now, source, slip, "INV-38", sub, order, due, lambda: not job.settled)
    desk.mend(sub, order, lambda: read(shop, job))


def _trusted(desk: Operators, order: int) -> None:
    """A captured order among those to be captured: its row fails, and the job is completed."""
    run_job(desk.shop, "capture", [order], partial(_unread, desk, "result_unread", "operator"))


def _about_to_be_captured(shop: Shop) -> Rows:
    """Shipped today and captured in an hour, by card."""
    orders, live = shop.orders, shop.live
    fits = (orders.status[live] == shop.policy.order.shipped) & (orders.flags[live] & CAPTURE_TRIED == 0)
    fits &= orders.payment[live] == shop.policy.payment.authorised
    fits &= (orders.method[live] == Method.CARD) & (orders.sub[live] >= 0)
    some = live[fits]
    found: Rows = some[shop.carriers_of(some) == shop.default_carrier]
    return found


def _captured_before_run(desk: Operators, order: int) -> None:
    """Timing: the carrier is to be changed, and the capture comes between registration and run (EC-UPD-04)."""
    shop = desk.shop
    name = other_carrier(shop, same_lead=True)
    if not name:
        return

    def done(job: Job) -> None:
        if len(job.results.failed):
            _unread(desk, "captured_before_run", "timing", job)
        else:
            recalculate(shop, order, WHO)

    delay = max(shop.capture_second + 300 - shop.now % DAY, 300)
    run_job(shop, "update", [order], done, delay=delay, args={"carrier": name})


def _captured_in_outage(desk: Operators, order: int) -> None:
    """Provider: some rows of a bulk capture meet an outage, and 完了 is taken for done."""
    shop = desk.shop

    def done(job: Job) -> None:
        if not len(job.results.failed) or payment_meaning(shop, order) != PaymentMeaning.CAPTURE_FAILED:
            return
        shop.orders.flags[order] |= CAPTURE_TRIED
        shop.on_trouble("capture", shop.orders.sub.item(order), order, "")
        _unread(desk, "job_in_outage", "provider", job)

    run_job(shop, "capture", [order], done)


def _one_live(shop: Shop) -> Rows:
    """One order a day to draw for: a search is made for all, not for each."""
    children = shop.live[shop.orders.sub[shop.live] >= 0]
    found: Rows = children[-1:]
    return found


def _another_live(shop: Shop) -> Rows:
    """One order a day, and not the same."""
    children = shop.live[shop.orders.sub[shop.live] >= 0]
    found: Rows = children[:1]
    return found


def _noted(desk: Operators, slip: str, source: str, how: str, unseen: int) -> None:
    """A memo on what a search finds: one page where all was meant, or more than was seen (INV-39, a warning)."""
    shop = desk.shop
    search = Search(kind="subscription", ship_from=to_date(shop.today))
    found, page = len(hits(shop, search)), shop.config.jobs.page_size
    if found <= (page if how == "page" else unseen):
        return
    seen = None if how == "page" else found - unseen
    selection = Selection.model_validate({"how": how, "search": search, "seen": seen})
    args = KINDS["update"].args.model_validate({"memo": "確認"})
    job = engine.register(shop, "update", selection, args, WHO)
    order = int(job.orders[0])
    shop.truth.broke(shop.now, source, slip, "INV-39", shop.orders.sub.item(order), order)


def _page_for_all(desk: Operators, _order: int) -> None:
    _noted(desk, "page_for_all", "operator", "page", 0)


def _new_hits(desk: Operators, _order: int) -> None:
    _noted(desk, "new_hits", "timing", "all", 1)


def _with_two_orders(shop: Shop) -> Rows:
    """Subscriptions of which an older order was unshipped when the next came."""
    found: Rows = np.array([sub for sub, older in shop.overtaken.items() if older], np.intp)
    return found


def _edited_again(desk: Operators, sub: int) -> None:
    """Two orders of one subscription are selected for a field of the subscription (EC-UPD-11)."""
    shop = desk.shop
    last, older = shop.subs.last_order.item(sub), shop.overtaken[sub][-1]
    if last == older or last < 0:
        return

    def done(job: Job) -> None:
        shop.truth.broke(shop.now, "operator", "edited_again", "INV-39", sub, -1)

    run_job(shop, "update", [older, last], done, args={"subscription_memo": "確認"})


INCIDENTS: tuple[Incident, ...] = (
    Incident("result_unread", Hour.AFTERNOON, _captured, _trusted, "order", 0.0015, _EC),
    Incident("captured_before_run", Hour.IMPORTED, _about_to_be_captured, _captured_before_run, "order", 0.004, _EC),
    Incident("job_in_outage", Hour.IMPORTED, _about_to_be_captured, _captured_in_outage, "order", 0.02, _EC),
    Incident("page_for_all", Hour.AFTERNOON, _one_live, _page_for_all, "order", 2.0, _EC),
    Incident("new_hits", Hour.HANDED, _another_live, _new_hits, "order", 2.0, _EC),
    Incident("edited_again", Hour.AFTERNOON, _with_two_orders, _edited_again, "subscription", 0.015, _EC),
)  # fmt: skip

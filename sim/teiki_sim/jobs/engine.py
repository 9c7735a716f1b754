"""Jobs are registered, run later and end with a result file; each step is told and logged (EC-JOB-02, -03, -04)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from teiki_sim.jobs.job import Job, Notice, Stopped, Work
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.results import Reason, Results
from teiki_sim.jobs.selection import Selection, targets
from teiki_sim.log.kinds import Actor, Kind

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["by_shown_number", "register", "retry", "review", "run", "settle"]

_SAID = {
    "registered": ("を登録しました。", " was registered."),
    "completed": ("を完了しました。", " was completed."),
    "failed": ("に失敗しました。", " failed."),
}
_MOST = 2**31 - 1


def by_shown_number(shop: Shop) -> Callable[[Sequence[str]], list[int]]:
    """Orders' running numbers by the numbers that the shop shows; KeyError for one that it does not have."""

    def number(shown: Sequence[str]) -> list[int]:
        wanted = set(shown)
        texts = shop.names.orders(np.arange(shop.orders.n)).to_pylist() if shop.orders.n else []
        found = {text: i for i, text in enumerate(texts) if text in wanted and shop.orders.status[i]}
        return [found[text] for text in shown]

    return number


def register(
    shop: Shop,
    kind: str,
    selection: Selection,
    args: Any,
    actor: Actor = Actor.OPERATOR,
    *,
    number: Callable[[Sequence[str]], list[int]] | None = None,
    delay: int | None = None,
) -> Job:
    """Register a job, which runs ``delay`` seconds later (default: the shop's own); its targets are chosen now.

    ``args`` is an instance of the kind's arguments.
    """
    orders, found = targets(shop, selection, shop.config.jobs.page_size, number or by_shown_number(shop))
    seen = found if selection.seen is None else selection.seen
    job = Job(len(shop.jobs) + 1, kind, selection, args, actor, shop.now, orders, seen)
    shop.jobs.append(job)
    _tell(shop, job, "registered")
    first = int(orders[0]) if len(orders) else -1
    if selection.how != "picked":
        _log(shop, job, "searched", first, quantity=seen)
    _log(shop, job, "registered", first, quantity=len(orders))
    shop.when(shop.now + (60 * shop.config.jobs.delay_minutes if delay is None else delay), run, shop, job)
    return job


def run(shop: Shop, job: Job) -> None:
    """Run a registered job now: each row is judged as it stands now, not as it stood at registration (EC-JOB-04)."""
    job.results = Results(len(job.orders))
    work = Work(shop, job, job.orders, job.args, job.actor, job.results)
    try:
        KINDS[job.kind].run(work)
        job.state = "completed"
    except Stopped as stopped:
        job.why = stopped
        job.state = "failed"
        job.results.set(np.arange(len(job.orders)), Reason(stopped.code, stopped.ja, stopped.en))
    job.artefacts = work.artefacts
    job.ended_at = shop.now
    _tell(shop, job, job.state)
    failed = job.orders[job.results.failed]
    at_stake = min(int(shop.orders.amount[failed].sum()), _MOST)
    _log(shop, job, job.state, _about(job), quantity=len(failed), amount=at_stake)


def review(shop: Shop, job: Job, actor: Actor | None = None) -> bytes:
    """The operator downloads the result file and reads it (EC-JOB-03)."""
    job.reviewed = True
    _log(shop, job, "reviewed", _about(job), actor)
    return job.results.csv(shop.names, job.orders)


def retry(shop: Shop, job: Job, *, delay: int | None = None) -> Job | None:
    """Register the rows that failed once more, as a job of their own; None where none did."""
    failed = job.orders[job.results.failed]
    if not len(failed):
        return None
    names = [str(i) for i in range(len(failed))]
    selection = Selection(how="picked", picked=names)
    settle(shop, job)
    return register(
        shop, job.kind, selection, job.args, job.actor, number=lambda _: failed.tolist(), delay=delay
    )


def settle(shop: Shop, job: Job) -> None:
    """The failed rows are dealt with: run again, or given up on purpose."""
    job.settled = True
    _log(shop, job, "settled", _about(job))


def _about(job: Job) -> int:
    """The order that rows on a job's end name: the first that failed, else the first of all."""
    failed = job.results.failed
    if len(failed):
        return int(job.orders[failed[0]])
    return int(job.orders[0]) if len(job.orders) else -1


def _tell(shop: Shop, job: Job, what: str) -> None:
    kind, (ja, en) = KINDS[job.kind], _SAID[what]
    job.notices.append(Notice(shop.now, kind.ja + ja, kind.en[:1].upper() + kind.en[1:] + en))


def _log(
    shop: Shop,
    job: Job,
    word: str,
    order: int,
    actor: Actor | None = None,
    *,
    quantity: int = -1,
    amount: int = -1,
) -> None:
    """A row of the job; ``cycle`` carries its number."""
    sub = shop.orders.sub.item(order) if order >= 0 else -1
    shop.log.one(
        Kind.JOB, shop.now, detail=job.detail(), sub=sub, order=order, cycle=job.number,
        actor=job.actor if actor is None else actor, quantity=quantity, amount=amount, code=shop.log.code(word),
    )  # fmt: skip

"""One run of the world, and further ones on other luck: what leaves each day, by product."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from teiki_providers.doors import DOORS, open_gateway
from teiki_providers.faults import FaultPlan
from teiki_scenarios.language import refuse
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.config import Config
from teiki_sim.draws import hash64
from teiki_sim.log.writer import Log, Sink
from teiki_sim.messages import Gateway
from teiki_sim.names import ShopNames
from teiki_sim.world import World

__all__ = [
    "Daily",
    "Task",
    "build",
    "check_door",
    "daily",
    "replicate",
    "replication_seed",
    "replications",
]

Daily = dict[tuple[int, str], tuple[int, int]]
"""Parcels and units that left, by day (since 1970-01-01) and product code."""


_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Task:
    """What every replication starts from."""

    config: Config
    book: BookColumns
    open_orders: tuple[OpenOrder, ...]
    door: str = "direct"


def replication_seed(seed: int, replication: int) -> int:
    """The seed of a replication: the first is the configuration's own, the others are keyed on both."""
    return seed if replication == 0 else hash64(f"replication:{seed}:{replication}")


def check_door(door: str) -> None:
    """Raise BadInput where a door is not open."""
    if door not in DOORS:
        names = ", ".join(DOORS)
        raise refuse("teiki", "--door", door, f"次のいずれか: {names}", f"one of {names}")


def build(
    task: Task,
    replication: int = 0,
    sinks: Callable[[ShopNames], Sequence[Sink]] | None = None,
) -> World:
    """The world of one replication. The book is the same in all of them, only the luck differs."""
    config = task.config
    if replication:
        config = config.model_copy(update={"seed": replication_seed(config.seed, replication)})

    def gateway(config: Config, log: Log) -> Gateway:
        return open_gateway(
            task.door, FaultPlan(config.seed, config.providers), log, platform=config.platform
        )

    return World.of(config, task.book, task.open_orders, gateway, sinks)


def daily(world: World) -> Daily:
    """What left a world so far."""
    codes = world.shop.log.vocabulary.products
    return {
        (day, codes[product]): (cell[0], cell[1])
        for (day, product), cell in sorted(world.shop.shipped.items())
    }


def replicate(task: Task, replication: int) -> Daily:
    """Run one replication without a log."""
    world = build(task, replication)
    world.run()
    return daily(world)


@contextmanager
def replications(
    task: Task, numbers: range, workers: int, run: Callable[[Task, int], _R]
) -> Iterator[Callable[[], Iterator[_R]]]:
    """Start ``run(task, number)`` in worker processes; the function given goes through the results in order.

    One worker runs them in this process, when they are asked for.
    """
    if workers == 1 or len(numbers) == 0:
        yield lambda: (run(task, number) for number in numbers)
        return
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(min(workers, len(numbers)), context, _begin, (task, run))
    try:
        waiting: list[Future[Any]] = [pool.submit(_work, number) for number in numbers]
        yield lambda: (cast(_R, future.result()) for future in waiting)
        pool.shutdown()
    except BaseException:
        # Someone who interrupts does not want to wait for months to pass in the workers.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise


_job: tuple[Task, Callable[[Task, int], Any]] | None = None


def _begin(task: Task, run: Callable[[Task, int], Any]) -> None:
    """Prepare a worker: Ctrl-C is the main process's business."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _job
    _job = task, run


def _work(replication: int) -> Any:
    assert _job is not None
    task, run = _job
    return run(task, replication)

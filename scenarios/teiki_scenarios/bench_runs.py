"""What the benchmark measures, one figure a process: ``python -m teiki_scenarios.bench_runs NAME ARGUMENTS``."""

import gc
import json
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

import simpy

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_scenarios.simulation import watching
from teiki_sim import config as shop_config
from teiki_sim.calendar import DAY
from teiki_sim.config import Config
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.rows import Chunk
from teiki_sim.log.writer import Log, Sink
from teiki_sim.memory import peak
from teiki_sim.messages import Gateway
from teiki_sim.monitors import Monitors, MonitorsApart
from teiki_sim.monitors.apart import Cost
from teiki_sim.names import ShopNames
from teiki_sim.population import generate
from teiki_sim.truth import detection
from teiki_sim.world import World

Figures = dict[str, float]


class Watch:
    """The monitors as a run has them, as a sink that knows what they cost, wherever they watch from."""

    def __init__(self, subscriptions: int) -> None:
        self.monitors = watching(subscriptions).__enter__()
        self.seconds = 0.0
        self.world: World | None = None

    def take(self, chunk: Chunk) -> None:
        """Watch one chunk."""
        before = thread_time()
        self.monitors.take(chunk)
        self.seconds += thread_time() - before

    def close(self) -> None:
        """Find what is still open on the last day."""
        assert self.world is not None
        before = thread_time()
        self.monitors.close(self.world.end * DAY - 1, self.world.shop.names)
        self.seconds += thread_time() - before + self.apart.seconds

    @property
    def apart(self) -> Cost:
        """What another process took for it."""
        return self.monitors.cost if isinstance(self.monitors, MonitorsApart) else Cost(0.0, 0)


def _gateway(config: Config, log: Log) -> Gateway:
    return open_gateway("direct", FaultPlan(config.seed, config.providers), log)


def _run(config: Config, watch: Watch | None) -> tuple[World, Figures]:
    """One run with its log written to a file, watched or not."""
    before = perf_counter()
    book = generate(config)
    made = perf_counter() - before
    with tempfile.TemporaryDirectory() as directory:

        def sinks(names: ShopNames) -> list[Sink]:
            file = ParquetSink(Path(directory, "events.parquet"), names)
            return [file] if watch is None else [file, watch]

        before = perf_counter()
        world = World.of(config, book, [], _gateway, sinks)
        del book  # the shop has its own tables
        if watch is not None:
            watch.world = world
        world.run()
        world.close()
        wall = perf_counter() - before
    return world, {
        "population": made,
        "wall": wall,
        "parcels": world.shop.parcels,
        "rows": world.shop.log.rows,
    }


def bare(events: int) -> Figures:
    """Events a second of simpy alone: one process, one timeout after another."""

    def tick(env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        for _ in range(events):
            yield env.timeout(1)

    env = simpy.Environment()
    env.process(tick(env))
    before = perf_counter()
    env.run()
    return {"rate": events / (perf_counter() - before)}


def population(subscriptions: int, months: int, watched: bool) -> Figures:
    """A generated population at the default rates, with its log; its memory counts from after the imports."""
    imports = peak()
    watch = Watch(subscriptions) if watched else None
    config = shop_config.load(None, {"subscriptions": subscriptions, "months": months})
    _, figures = _run(config, watch)
    bytes_each = (peak() - imports + (watch.apart.bytes if watch else 0)) / subscriptions
    return figures | {"bytes": bytes_each, "monitors": watch.seconds if watch else 0.0}


class Keep:
    """A sink that keeps the chunks."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []

    def take(self, chunk: Chunk) -> None:
        """The log uses its columns again."""
        columns = {name: column.copy() for name, column in chunk.columns.items()}
        self.chunks.append(Chunk(chunk.first_seq, columns, {}, chunk.vocabulary))

    def close(self) -> None:
        """Nothing is pending."""


def monitors(subscriptions: int, months: int) -> Figures:
    """The monitors alone, over the log of a population, with nothing running beside them."""
    config = shop_config.load(None, {"subscriptions": subscriptions, "months": months})
    keep = Keep()
    world = World.of(config, generate(config), [], _gateway, lambda _: [keep])
    world.run()
    world.close()
    end, parcels = world.end * DAY - 1, world.shop.parcels
    del world
    gc.collect()
    gc.disable()  # as in a run
    before = process_time()
    watching = Monitors()
    for chunk in keep.chunks:
        watching.take(chunk)
    watching.finish(end)
    return {"seconds": process_time() - before, "parcels": parcels}


def careless(subscriptions: int, months: int) -> Figures:
    """Careless people and providers without technical faults: what was broken against what was found."""
    config = shop_config.load(None, {"subscriptions": subscriptions, "months": months})
    config = shop_config.with_slips(config, "careless")
    never = shop_config.Faults(no_answer=0, reply_lost=0, server_error=0, capture_failed=0)
    quiet = {
        name: provider.model_copy(update={"faults": never}) for name, provider in config.providers.items()
    }
    watch = Watch(subscriptions)
    world, _ = _run(config.model_copy(update={"providers": quiet}), watch)
    found = ((v.invariant, v.sub, v.order) for v in watch.monitors.violations if v.severity == "violation")
    table = detection(world.shop.truth.rows, found).values()
    return {name: sum(row[name] for row in table) for name in ("injected", "found", "false")}


def calm(subscriptions: int, months: int) -> Figures:
    """The schedules alone: violations of whatever severity."""
    watch = Watch(subscriptions)
    config = shop_config.load(None, {"subscriptions": subscriptions, "months": months})
    _run(shop_config.calm(config), watch)
    return {"violations": len(watch.monitors.violations)}


MEASURES: dict[str, Callable[..., Figures]] = {
    f.__name__: f for f in (bare, population, monitors, careless, calm)
}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](**json.loads(sys.argv[2]))))

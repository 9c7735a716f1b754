"""The doors: each opens, and what does not exist is named."""

from collections.abc import Callable

import polars as pl
import pytest

from providers.stand import Stand
from providers.tiny import TinyFront, TinyShop
from teiki_providers.door_calls import RowKeeper
from teiki_providers.doors import DoorClosed, open_gateway
from teiki_providers.faults import FaultPlan
from teiki_providers.gateway import DirectGateway
from teiki_providers.house import House
from teiki_providers.ledger import Ledger
from teiki_providers.lines import HouseLine
from teiki_providers.relay import RelayGateway
from teiki_providers.shelf import BOOKS
from teiki_providers.shops import generation
from teiki_sim.config import Config, Faults, load, with_slips
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import SLIP_NUMBER_BASE, Chunk
from teiki_sim.log.writer import Log
from teiki_sim.messages import Gateway, Method
from teiki_sim.population import generate
from teiki_sim.world import World


def test_the_direct_door_is_open() -> None:
    stand = Stand()
    ledger = Ledger()
    gateway = open_gateway("direct", stand.plan, stand.log, ledger)
    assert isinstance(gateway, DirectGateway)
    gateway.authorise(stand.charges([Method.CARD]))
    assert ledger.size == 1


def test_an_unknown_door_is_named_with_the_known_ones() -> None:
    stand = Stand()
    with pytest.raises(DoorClosed, match="back.*direct, spoken, inprocess, server"):
        open_gateway("back", stand.plan, stand.log)


# ---- the same months through every door ----------------------------------------------------------------


class Whole:
    """A sink that keeps every row; codes as words, since each door meets them in its own order."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []

    def take(self, chunk: Chunk) -> None:
        """Keep a chunk."""
        columns = {name: column.copy() for name, column in chunk.columns.items()}
        words = chunk.vocabulary.codes.list
        codes = [
            str(code) if code >= SLIP_NUMBER_BASE else words[code] for code in columns.pop("code").tolist()
        ]
        self.frames.append(pl.DataFrame(columns).with_columns(code=pl.Series(codes, dtype=pl.String)))

    def close(self) -> None:
        """Nothing is pending."""


def months(config: Config, opened: Callable[[Config, Log], Gateway]) -> pl.DataFrame:
    """The whole log of a run."""
    whole = Whole()
    world = World.of(config, generate(config), (), opened, lambda names: [whole])
    world.run()
    world.close()
    return pl.concat(whole.frames)


def direct(config: Config, log: Log) -> Gateway:
    return open_gateway("direct", FaultPlan(config.seed, config.providers), log)


def tiny(config: Config, log: Log) -> Gateway:
    keeper = RowKeeper()
    house = House(0, (TinyFront,), sinks=(keeper,), plan=FaultPlan(config.seed, config.providers))
    line = HouseLine(house, keeper)
    return RelayGateway(line, log, dict.fromkeys(BOOKS, TinyShop(line.send)))


def same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Equal, or the first row that differs."""
    assert left.height > 1000
    if left.equals(right):
        return
    for number, (one, other) in enumerate(
        zip(left.iter_rows(named=True), right.iter_rows(named=True), strict=False)
    ):
        differing = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
        assert not differing, (number, Kind(one["kind"]).label, differing, one)
    assert left.height == right.height


def through(door: str) -> Callable[[Config, Log], Gateway]:
    return lambda config, log: open_gateway(
        door, FaultPlan(config.seed, config.providers), log, platform=config.platform
    )


def shop(platform: str, subscriptions: int, months: int) -> Config:
    """A shop whose operators slip and whose providers fail a good deal more often than they do."""
    config = load(None, {"platform": platform, "seed": 5, "subscriptions": subscriptions, "months": months})
    often = Faults(no_answer=0.01, reply_lost=0.01, server_error=0.01, capture_failed=0.01)
    failing = {name: p.model_copy(update={"faults": often}) for name, p in config.providers.items()}
    return with_slips(config.model_copy(update={"providers": failing}), "careless")


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_months_are_the_same_through_the_smallest_dialect(platform: str) -> None:
    config = shop(platform, 400, 4)
    same(months(config, direct), months(config, tiny))


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
@pytest.mark.parametrize("door", ["spoken", "inprocess", "server"])
def test_months_are_the_same_through_every_door(platform: str, door: str) -> None:
    config = shop(platform, *((400, 4) if door == "spoken" else (150, 2)))
    same(months(config, direct), months(config, through(door)))


def test_a_platform_speaks_its_generation_of_amazon_pay() -> None:
    """サブスクストア shows version 1's errors (SS-AMZ-02 to 04); the others are younger."""
    assert [generation(name) for name in ("subscstore", "ecforce", "tamago")] == ["v1", "v2", "v2"]

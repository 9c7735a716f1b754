"""The doors through which a store reaches its providers, and the one function that opens one."""

from collections.abc import Callable, Mapping
from typing import Literal

from teiki_providers.door_calls import RowKeeper
from teiki_providers.faults import FaultPlan
from teiki_providers.gateway import DirectGateway
from teiki_providers.ledger import Ledger
from teiki_sim.log.writer import Log
from teiki_sim.messages import Gateway

__all__ = ["DOORS", "Door", "DoorClosed", "open_gateway"]

Door = Literal["direct", "spoken", "inprocess", "server"]
#: How dialects are set for teiki's own store, so that its log is that of the direct door.
OWN_SETTINGS: Mapping[str, int] = {}
DOORS: tuple[Door, ...] = ("direct", "spoken", "inprocess", "server")


class DoorClosed(Exception):
    """A door that does not exist."""


def open_gateway(
    door: str, plan: FaultPlan, log: Log, ledger: Ledger | None = None, platform: str = "subscstore"
) -> Gateway:
    """A gateway behind a door; a ledger can be given to the direct one. The platform decides which generation
    of Amazon Pay the store speaks.

    What the doors through wires need (HTTP clients, dialects) is imported only when one is opened.
    """
    if door not in DOORS:
        names = ", ".join(DOORS)
        raise DoorClosed(f"接続方法「{door}」はありません: {names} / no door {door!r}: one of {names}")
    if door == "direct":
        return DirectGateway(ledger if ledger is not None else Ledger(), plan, log)
    return _relayed(door, plan, log, platform)


def _relayed(door: str, plan: FaultPlan, log: Log, platform: str) -> Gateway:
    from teiki_providers.relay import Line, RelayGateway
    from teiki_providers.shops import generation, shops

    line: Line
    if door == "server":
        from teiki_providers.server_line import ServerLine

        line = ServerLine(plan, OWN_SETTINGS)
    else:
        from teiki_providers.fronts import FRONTS
        from teiki_providers.house import House
        from teiki_providers.lines import HouseLine, InProcessLine

        keeper = RowKeeper()
        house = House(
            0, FRONTS, plan.seed, books=plan.books, sinks=(keeper,), plan=plan, settings=OWN_SETTINGS
        )
        make: Callable[[House, RowKeeper], Line] = HouseLine if door == "spoken" else InProcessLine
        line = make(house, keeper)
    return RelayGateway(line, log, shops(line.send, generation(platform)))

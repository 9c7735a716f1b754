"""The doors through which a store reaches its providers, and the one function that opens one."""

from typing import Literal

from teiki_providers.faults import FaultPlan
from teiki_providers.gateway import DirectGateway
from teiki_providers.ledger import Ledger
from teiki_sim.log.writer import Log
from teiki_sim.messages import Gateway

__all__ = ["DOORS", "Door", "DoorClosed", "open_gateway"]

Door = Literal["direct", "spoken", "inprocess", "server"]
DOORS: tuple[Door, ...] = ("direct", "spoken", "inprocess", "server")


class DoorClosed(Exception):
    """A door that this version does not open, or that does not exist."""


def open_gateway(door: str, plan: FaultPlan, log: Log, ledger: Ledger | None = None) -> Gateway:
    """A gateway behind a door, on a ledger of its own unless one is given."""
    if door == "direct":
        return DirectGateway(ledger if ledger is not None else Ledger(), plan, log)
    if door in DOORS:
        raise DoorClosed(
            f"接続方法「{door}」は各社の通信形式とともに提供します。今は direct をお使いください / "
            f"door {door!r} comes with the vendors' wire dialects; use direct for now"
        )
    names = ", ".join(DOORS)
    raise DoorClosed(f"接続方法「{door}」はありません: {names} / no door {door!r}: one of {names}")

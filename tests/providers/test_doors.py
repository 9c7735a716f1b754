"""The doors: one is open, the others say when they will be."""

import pytest

from providers.stand import Stand
from teiki_providers.doors import DOORS, DoorClosed, open_gateway
from teiki_providers.gateway import DirectGateway
from teiki_providers.ledger import Ledger
from teiki_sim.messages import Method


def test_the_direct_door_is_open() -> None:
    stand = Stand()
    ledger = Ledger()
    gateway = open_gateway("direct", stand.plan, stand.log, ledger)
    assert isinstance(gateway, DirectGateway)
    gateway.authorise(stand.charges([Method.CARD]))
    assert ledger.size == 1


@pytest.mark.parametrize("door", [door for door in DOORS if door != "direct"])
def test_other_doors_come_later(door: str) -> None:
    stand = Stand()
    with pytest.raises(DoorClosed, match="通信形式.*wire dialects"):
        open_gateway(door, stand.plan, stand.log)


def test_an_unknown_door_is_named_with_the_known_ones() -> None:
    stand = Stand()
    with pytest.raises(DoorClosed, match="back.*direct, spoken, inprocess, server"):
        open_gateway("back", stand.plan, stand.log)

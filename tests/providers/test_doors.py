"""The doors: each opens, and what does not exist is named."""

import pytest

from providers.stand import Stand
from teiki_providers.doors import DoorClosed, open_gateway
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


def test_an_unknown_door_is_named_with_the_known_ones() -> None:
    stand = Stand()
    with pytest.raises(DoorClosed, match="back.*direct, spoken, inprocess, server"):
        open_gateway("back", stand.plan, stand.log)

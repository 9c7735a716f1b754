"""Every state of every object of version 2 with every operation: the table's answer, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from providers.amazon_pay.v2_talk import Talk, Told, money
from teiki_providers.amazon_pay.v2_codes import CODES, WIRE_CODES, status_of
from teiki_providers.amazon_pay.v2_states import (
    CHARGE_TABLE,
    PERMISSION_TABLE,
    SESSION_TABLE,
    ChargeState,
    PermissionState,
    SessionState,
)
from teiki_providers.books import Move, Refused
from teiki_providers.shelf import BOOKS
from teiki_sim.calendar import DAY
from teiki_sim.messages import Method

# ---- charges -----------------------------------------------------------------------------------------


def _pending(talk: Talk) -> str:
    made = talk.charge(talk.permission(), sim="AuthorizationInitiated", canHandlePendingAuthorization=True)
    return str(made["chargeId"])


def _authorized(talk: Talk) -> str:
    return str(talk.charge(talk.permission())["chargeId"])


def _capturing(talk: Talk) -> str:
    charge = _authorized(talk)
    talk.capture(charge, sim="CaptureInitiated")
    return charge


def _captured(talk: Talk) -> str:
    charge = _authorized(talk)
    talk.capture(charge)
    return charge


def _canceled(talk: Talk) -> str:
    charge = _authorized(talk)
    talk.cancel(charge)
    return charge


def _expired(talk: Talk) -> str:
    charge = _authorized(talk)
    talk.advance(seconds=2 * DAY)
    return charge


def _declined(talk: Talk) -> str:
    return talk.charge(talk.permission(), sim="SoftDeclined").reply.transaction


CHARGES: Mapping[ChargeState, Callable[[Talk], str]] = {
    ChargeState.INITIATED: _pending,
    ChargeState.AUTHORIZED: _authorized,
    ChargeState.CAPTURE_INITIATED: _capturing,
    ChargeState.CAPTURED: _captured,
    ChargeState.CANCELED: _canceled,
    ChargeState.EXPIRED: _expired,
    ChargeState.DECLINED: _declined,
}
ON_CHARGE: Mapping[str, Callable[[Talk, str], Told]] = {
    "get": lambda talk, charge: talk.get("charges", charge),
    "capture": lambda talk, charge: talk.capture(charge),
    "cancel": lambda talk, charge: talk.cancel(charge),
    "refund": lambda talk, charge: talk.refund(charge),
    "update": lambda talk, charge: talk.call(
        "PATCH",
        f"/charges/{charge}",
        {"chargeAmount": money(1000)},
        headers={"x-amz-pay-idempotency-key": "u"},
    ),
}


@pytest.mark.parametrize(("state", "operation"), CHARGE_TABLE, ids=lambda one: str(one))
def test_every_cell_of_a_charge(state: ChargeState, operation: str) -> None:
    talk = Talk()
    charge = CHARGES[state](talk)
    record = talk.front.records.charges[charge]  # type: ignore[attr-defined]
    assert record.state == state
    before = talk.house.ledger_of(record.number)
    told = ON_CHARGE[operation](talk, charge)
    cell = CHARGE_TABLE[state, operation]
    if isinstance(cell, Refused):
        assert (told.status, told.code) == (status_of(cell.code), cell.code)
        assert record.state == state and talk.house.ledger_of(record.number) == before
        assert charge in told["message"]
    else:
        assert told.status in (200, 201)
    assert cell.source


# ---- permissions -------------------------------------------------------------------------------------


def _closed(talk: Talk) -> str:
    permission = talk.permission()
    talk.close(permission)
    return permission


def _barred(talk: Talk) -> str:
    permission = talk.permission()
    talk.buyer(permission, "remove_card")
    return permission


PERMISSIONS: Mapping[PermissionState, Callable[[Talk], str]] = {
    PermissionState.CHARGEABLE: lambda talk: talk.permission(),
    PermissionState.NON_CHARGEABLE: _barred,
    PermissionState.CLOSED: _closed,
}
ON_PERMISSION: Mapping[str, Callable[[Talk, str], Told]] = {
    "get": lambda talk, one: talk.get("chargePermissions", one),
    "update": lambda talk, one: talk.call(
        "PATCH", f"/chargePermissions/{one}", {"merchantMetadata": {"noteToBuyer": "x"}}
    ),
    "close": lambda talk, one: talk.close(one),
    "charge": lambda talk, one: talk.charge(one),
}


@pytest.mark.parametrize(("state", "operation"), PERMISSION_TABLE, ids=lambda one: str(one))
def test_every_cell_of_a_permission(state: PermissionState, operation: str) -> None:
    talk = Talk()
    permission = PERMISSIONS[state](talk)
    assert talk.get("chargePermissions", permission).state[0] == state
    told = ON_PERMISSION[operation](talk, permission)
    cell = PERMISSION_TABLE[state, operation]
    if isinstance(cell, Refused):
        assert (told.status, told.code) == (status_of(cell.code), cell.code)
        assert talk.house.ledger.size == 0
    else:
        assert told.status in (200, 201)


# ---- sessions ----------------------------------------------------------------------------------------


def _completed(talk: Talk) -> str:
    session = talk.paid()
    talk.complete(session)
    return session


def _left(talk: Talk) -> str:
    session = talk.session()
    talk.buyer(session, "refuse")
    return session


def _signed_in(talk: Talk) -> str:
    session = talk.session()
    talk.buyer(session, "sign_in")
    return session


@pytest.mark.parametrize(("state", "operation"), SESSION_TABLE, ids=lambda one: str(one))
def test_every_cell_of_a_session(state: SessionState, operation: str) -> None:
    talk = Talk()
    makers: Mapping[SessionState, Callable[[Talk], str]] = {
        SessionState.OPEN: _signed_in,
        SessionState.COMPLETED: _completed,
        SessionState.CANCELED: _left,
    }
    session = makers[state](talk)
    if operation == "complete" and state == SessionState.OPEN:
        talk.buyer(session, "pay")
    calls: Mapping[str, Callable[[], Told]] = {
        "get": lambda: talk.get("checkoutSessions", session),
        "update": lambda: talk.call("PATCH", f"/checkoutSessions/{session}", {"supplementaryData": "x"}),
        "complete": lambda: talk.complete(session),
    }
    told = calls[operation]()
    cell = SESSION_TABLE[state, operation]
    if isinstance(cell, Refused):
        assert (told.status, told.code) == (status_of(cell.code), cell.code)
    else:
        assert isinstance(cell, Move) and told.status == 200


# ---- codes -------------------------------------------------------------------------------------------


def test_every_refusal_is_a_code_of_the_list_with_its_basis() -> None:
    refusals = {
        cell.code
        for table in (CHARGE_TABLE, PERMISSION_TABLE, SESSION_TABLE)
        for cell in table.values()
        if isinstance(cell, Refused)
    }
    assert refusals <= set(CODES)
    assert set(WIRE_CODES.values()) <= set(CODES)
    for known in CODES.values():
        assert known.code.ja and known.code.en and known.code.source and 400 <= known.status < 600
    words = {code.code for code in BOOKS[Method.AMAZON_PAY].codes}
    assert set(WIRE_CODES) <= words

"""Repeated keys, faults of the wire and the ledger, notices, what is kept of a request, and a house played again."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1

from providers.amazon_pay.v2_talk import START, STORE, Talk, money
from providers.stand import provider
from teiki_providers.amazon_pay import sns
from teiki_providers.amazon_pay.v2_front import open_amazon_v2
from teiki_providers.amazon_pay.v2_keys import STORE_KEY_ID
from teiki_providers.amazon_pay.v2_shop import Shop, permission_of
from teiki_providers.exchange import Reply, Request
from teiki_providers.house import House
from teiki_providers.mishaps import MishapMatch
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_sim.config import Faults
from teiki_sim.draws import hash64
from teiki_sim.messages import Answer, Ask, Method, Operation, Outcome

# ---- keys --------------------------------------------------------------------------------------------


def test_the_same_key_and_request_give_the_same_answer_and_one_charge() -> None:
    talk = Talk()
    permission = talk.permission()
    first, again = (talk.charge(permission, key="renewal-2") for _ in range(2))
    assert first.reply.body == again.reply.body and again.status == 201
    assert talk.house.ledger.size == 1
    other = talk.charge(permission, 3001, key="renewal-2")
    assert (other.status, other.code) == (400, "DuplicateIdempotencyKey")
    assert talk.capture(first["chargeId"], key="renewal-2").code == "DuplicateIdempotencyKey"
    assert talk.charge(permission, key="renewal-3")["chargeId"] != first["chargeId"]


def test_keys_guard_captures_and_refunds_as_well() -> None:
    talk = Talk()
    charge = talk.charge(talk.permission())["chargeId"]
    taken, again = (talk.capture(charge, key="c") for _ in range(2))
    assert taken.body == again.body
    back, same = (talk.refund(charge, 1000, key="r") for _ in range(2))
    assert back["refundId"] == same["refundId"]
    assert talk.house.ledger.refunded == {0: 1000}


def test_a_decline_is_repeated_and_an_error_is_not() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.fault("declined", times=1)
    assert [talk.charge(permission, key="d").code for _ in range(2)] == ["HardDeclined"] * 2
    assert talk.house.ledger.size == 1
    talk.buyer(permission, "update_card")
    assert talk.charge(permission, 200_000, key="e").code == "PeriodicAmountExceeded"
    assert talk.charge(permission, 2_000, key="e").status == 201


def test_a_key_belongs_to_its_merchant() -> None:
    talk = Talk()
    talk.charge(talk.permission(), key="k")
    other = Talk()
    assert other.charge(other.permission(), key="k").status == 201


def test_why_says_what_refused_a_call_and_who_says_so() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.charge(permission, key="k")
    talk.charge(permission, key="k")
    assert "idempotency key is known" in talk.house.why.lines[0]
    talk.buyer(permission, "revoke")
    talk.charge(permission)
    (line,) = talk.house.why.lines
    assert "InvalidChargePermissionStatus" in line and "Closed (BuyerCanceled)" in line and "modelled" in line


# ---- faults ------------------------------------------------------------------------------------------


def test_a_lost_reply_is_found_again_by_its_key() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.fault("reply_lost", times=1)
    assert talk.charge(permission, key="k").reply.trouble == "reply_lost"
    assert talk.charge(permission, key="k").status == 201
    assert talk.house.ledger.size == 1


def test_a_call_that_never_arrived_leaves_its_key_free() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.fault("no_answer", times=1)
    assert talk.charge(permission, key="k").reply.trouble == "lost"
    assert talk.house.ledger.size == 0
    assert talk.charge(permission, key="k").status == 201


@pytest.mark.parametrize(
    ("kind", "code", "status", "reason"),
    [
        ("server_error", "", 500, "InternalServerError"),
        ("server_error", "ServiceUnavailable", 503, "ServiceUnavailable"),
        ("too_many", "", 429, "TooManyRequests"),
        ("too_many", "RequestThrottled", 429, "TooManyRequests"),
        ("declined", "", 422, "HardDeclined"),
        ("declined", "ProcessingFailure", 500, "ProcessingFailure"),
        ("declined", "PaymentPlanNotSet", 422, "InvalidChargePermissionStatus"),
        ("declined", "InvalidBillingAgreementStatus", 422, "InvalidChargePermissionStatus"),
        ("declined", "MadeUp", 422, "MadeUp"),
    ],
)
def test_posted_faults_answer_in_amazons_words(kind: str, code: str, status: int, reason: str) -> None:
    talk = Talk()
    permission = talk.permission()
    talk.fault(kind, code=code, times=1, operation="create_charge")
    told = talk.charge(permission)
    assert (told.status, told.code) == (status, reason)


def test_a_fault_finds_permission_order_amount_nth_charge_and_simulation() -> None:
    talk = Talk()
    permission, other = talk.permission(), talk.permission()
    talk.fault("declined", match=MishapMatch(consumer=permission, nth_charge=3), code="SoftDeclined")
    assert [talk.charge(permission).code for _ in range(4)] == ["", "", "SoftDeclined", ""]
    assert talk.charge(other).status == 201
    talk.fault("capture_failed", match=MishapMatch(order="注文"), times=1)
    charge = talk.charge(permission, 1, merchantMetadata={"merchantReferenceId": "注文"})["chargeId"]
    failed = talk.capture(charge, 1)
    assert (failed.status, failed.code) == (500, "ProcessingFailure")
    assert talk.capture(charge, 1).state == ("Captured", "")
    talk.fault("slow", match=MishapMatch(amount=777), real_ms=5)
    assert talk.charge(permission, 777).reply.slow_ms == 5
    talk.fault("reset", match=MishapMatch(instrument="SoftDeclined"))
    assert talk.charge(permission, sim="SoftDeclined").reply.trouble == "reset"


def test_a_repeated_key_is_no_further_charge_of_the_consumer() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.fault("declined", match=MishapMatch(nth_charge=2))
    assert [talk.charge(permission, key="a").code for _ in range(3)] == ["", "", ""]
    assert talk.charge(permission, key="b").code == "HardDeclined"


def test_a_failed_capture_at_once_leaves_the_authorisation() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.fault("capture_failed", operation="create_charge", times=1)
    failed = talk.charge(permission, captureNow=True, key="k")
    assert (failed.status, failed.code) == (500, "ProcessingFailure")
    assert talk.charge(permission, captureNow=True, key="k").code == "ProcessingFailure"
    assert talk.capture(failed.reply.transaction).status == 200


def test_a_session_survives_a_lost_call_and_ends_with_a_decline() -> None:
    talk = Talk()
    session = talk.paid()
    talk.fault("no_answer", times=1)
    assert talk.complete(session).reply.trouble == "lost"
    talk.fault("declined", times=1)
    assert talk.complete(session).code == "CheckoutSessionCanceled"
    assert talk.get("checkoutSessions", session).state == ("Canceled", "Declined")


@pytest.mark.parametrize("intent", ["Authorize", "AuthorizeWithCapture"])
def test_rates_of_the_plan_lose_calls_of_a_session(intent: str) -> None:
    faults = Faults(no_answer=1.0, reply_lost=0, server_error=0, capture_failed=0)
    talk = Talk(providers={"amazon_pay": provider(faults=faults)})
    session = talk.paid(intent=intent)
    assert talk.complete(session).reply.trouble == "lost"
    assert talk.get("checkoutSessions", session).state == ("Open", "")
    assert talk.complete(session).reply.trouble in ("", "lost")


def test_a_held_charge_that_nobody_waits_for_is_timed_out() -> None:
    talk = Talk()
    talk.fault("pending", after_s=3600, times=2)
    assert talk.complete(talk.paid()).code == "CheckoutSessionCanceled"
    done = talk.complete(talk.paid(canHandlePendingAuthorization=True))
    assert done.status == 202
    talk.advance(seconds=3600)
    assert talk.get("charges", done["chargeId"]).state == ("Authorized", "")


# ---- notices -----------------------------------------------------------------------------------------


def envelopes(talk: Talk) -> list[dict[str, Any]]:
    return [json.loads(notice.body) for notice in talk.house.outbox.notices]


def verified(envelope: dict[str, str]) -> bool:
    key = x509.load_pem_x509_certificate(sns.certificate()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    names = ("Message", "MessageId", "Timestamp", "TopicArn", "Type")
    text = "".join(f"{name}\n{envelope[name]}\n" for name in names)
    try:
        key.verify(base64.b64decode(envelope["Signature"]), text.encode(), padding.PKCS1v15(), SHA1())
    except InvalidSignature:
        return False
    return True


def test_changes_of_state_are_told_and_signed() -> None:
    talk = Talk(notify_url="https://shop.invalid/ipn")
    charge = talk.charge(talk.permission())["chargeId"]
    talk.capture(charge)
    refund = talk.refund(charge)["refundId"]
    talk.advance(seconds=30)
    messages = [json.loads(one["Message"]) for one in envelopes(talk)]
    assert [(one["ObjectType"], one["ObjectId"]) for one in messages[1:]] == [
        ("CHARGE", charge),
        ("CHARGE", charge),
        ("REFUND", refund),
    ]
    assert messages[0]["ObjectType"] == "CHARGE_PERMISSION"
    assert {one["ChargePermissionId"] for one in messages} == {messages[0]["ObjectId"]}
    assert all(one["NotificationVersion"] == "V2" and one["MerchantID"] == "A1MERCHANT" for one in messages)
    assert all(verified(one) for one in envelopes(talk))
    assert "State" not in messages[1]  # the receiver has to ask
    assert len({one["MessageId"] for one in envelopes(talk)}) == 4
    assert [notice.due for notice in talk.house.outbox.notices] == [START] * 3 + [START + 30]


@pytest.mark.parametrize(
    ("kind", "count", "delay", "good"),
    [
        ("notice_late", 1, 600, True),
        ("notice_twice", 2, 0, True),
        ("notice_reordered", 1, 60, True),
        ("notice_badly_signed", 1, 0, False),
    ],
)
def test_notices_go_wrong_as_posted(kind: str, count: int, delay: int, good: bool) -> None:
    talk = Talk(notify_url="https://shop.invalid/ipn")
    permission = talk.permission()
    before = len(talk.house.outbox.notices)
    talk.fault(kind, after_s=600, times=1)
    talk.charge(permission)
    notices = talk.house.outbox.notices[before:]
    assert [notice.due for notice in notices] == [START + delay] * count
    assert [verified(json.loads(notice.body)) for notice in notices] == [good] * count


# ---- what is kept ------------------------------------------------------------------------------------


def test_nothing_secret_or_personal_is_kept() -> None:
    talk = Talk()
    address = {"name": "山田太郎", "addressLine1": "青葉台1-2-3", "phoneNumber": "09011112222"}
    given = {
        "webCheckoutDetails": {},
        "storeId": STORE,
        "addressDetails": address,
        "merchantMetadata": {"merchantReferenceId": "A1"},
    }
    said = talk.front.read(talk.request("POST", "/checkoutSessions", given))
    text = json.dumps(said.as_json(), ensure_ascii=False)
    for secret in (*address.values(), "Signature", "PSS", talk.key_id):
        assert secret not in text
    assert not re.search(r"\d{13,19}", re.sub(r'"digest": "[0-9a-f]+"', "", text))
    assert Said.from_json(json.loads(text)) == said


def test_a_house_played_again_is_the_same() -> None:
    talk = Talk(notify_url="https://shop.invalid/ipn")
    said: list[Said | int | tuple[str, str]] = []
    front = talk.front
    read, buyer = front.read, front.buyer

    def noted(request: Request) -> Said:
        said.append(read(request))
        last = said[-1]
        assert isinstance(last, Said)
        return Said.from_json(json.loads(json.dumps(last.as_json())))

    def deed(identity: str, action: str, details: Any) -> Any:
        said.append((identity, action))
        return buyer(identity, action, details)

    front.read, front.buyer = noted, deed  # type: ignore[method-assign]
    permission = talk.permission()
    charge = talk.charge(permission)["chargeId"]
    talk.charge(permission, sim="HardDeclined")
    talk.buyer(permission, "update_card")
    talk.charge(permission, key="twice"), talk.charge(permission, key="twice")
    talk.capture(charge), talk.refund(charge, 1000), talk.refund(charge, 9000)
    said.append(3 * 86400)
    talk.advance(days=3)
    twin = Talk(notify_url="https://shop.invalid/ipn")
    for one in said:
        if isinstance(one, Said):
            twin.house.act(one)
        elif isinstance(one, int):
            twin.advance(seconds=one)
        else:
            twin.front.buyer(*one, {"card": "1111"} if one[1] == "pay" else {})
    assert twin.front.transactions() == talk.front.transactions()
    assert [n.body for n in twin.house.outbox.notices] == [n.body for n in talk.house.outbox.notices]


# ---- looking, and what can't be ----------------------------------------------------------------------


def test_unknown_ids_and_actions() -> None:
    talk = Talk()
    permission = talk.permission()
    for identity, action in (("x", "pay"), ("x", "revoke"), (permission, "pay")):
        with pytest.raises(KeyError):
            talk.buyer(identity, action)
    with pytest.raises(ValueError, match="no such action"):
        talk.buyer(permission, "dance")
    for look in (talk.front.transaction, talk.front.number):
        with pytest.raises(KeyError):
            look("x")
    assert talk.front.identity(99) == "" and set(talk.front.actions()) >= {"sign_in", "revoke", "refuse"}
    talk.front.resolved(99, "declined", "")  # news of what this front never opened


def test_magic_values_say_what_they_do_and_who_says_so() -> None:
    found = Talk().front.instruments()
    assert len(found) >= 20 and len({(one.kind, one.value) for one in found}) == len(found)
    assert all(one.does_ja and one.does_en and one.source for one in found)


# ---- the store's half --------------------------------------------------------------------------------


class Line:
    """A house whose answers can be replaced."""

    def __init__(self) -> None:
        self.house = House(START, (open_amazon_v2,))
        self.sent: list[Request] = []
        self.spoil: list[Reply] = []
        self.shop = Shop(self.send)

    def send(self, request: Request) -> Reply:
        self.sent.append(request)
        reply = self.house.hear(request)
        return self.spoil.pop(0) if self.spoil else reply

    def ask(self, operation: Operation, transaction: int = -1, amount: int = 3000, order: int = 7) -> Answer:
        consumer = hash64("C")
        return self.shop.ask(
            Ask(START, operation, transaction, order, order, consumer, 1, Method.AMAZON_PAY, amount)
        )


@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff", b'{"half'])
def test_a_damaged_answer_is_none_and_the_charge_is_found_by_its_key(body: bytes) -> None:
    line = Line()
    line.spoil.append(Reply(201, body))
    assert line.ask(Operation.AUTHORISE) == Answer(Outcome.NO_ANSWER)
    found = line.ask(Operation.INQUIRE)
    assert (found.outcome, found.transaction, found.state) == (Outcome.ACCEPTED, 0, "AUTHORISED")
    posts = [one for one in line.sent if one.method == "POST"]
    assert len({one.headers["x-amz-pay-idempotency-key"] for one in posts}) == 1
    assert line.house.ledger.size == 1


@pytest.mark.parametrize(("status", "code"), [(429, "RequestThrottled"), (503, "ServiceUnavailable")])
def test_a_busy_server_is_no_answer(status: int, code: str) -> None:
    line = Line()
    wire = "TooManyRequests" if status == 429 else code
    line.spoil.append(Reply(status, json.dumps({"reasonCode": wire, "message": ""}).encode()))
    assert line.ask(Operation.AUTHORISE) == Answer(Outcome.NO_ANSWER, code=code)
    line.spoil.append(Reply(502, b'{"reasonCode": "Gateway"}'))
    assert line.ask(Operation.CAPTURE, 0) == Answer(Outcome.NO_ANSWER, code="Gateway")
    line.spoil.append(Reply(200, b"{}", trouble="truncated"))
    assert line.ask(Operation.CAPTURE, 0) == Answer(Outcome.NO_ANSWER)


def test_a_refund_of_all_is_right_after_a_reply_that_was_lost() -> None:
    line = Line()
    line.ask(Operation.AUTHORISE)
    line.spoil.append(Reply(200, b""))
    assert line.ask(Operation.CAPTURE, 0).outcome == Outcome.NO_ANSWER
    assert line.ask(Operation.REFUND, 0, 1000).outcome == Outcome.ACCEPTED
    rest = line.ask(Operation.REFUND, 0, 0)
    assert (rest.outcome, rest.amount) == (Outcome.ACCEPTED, 3000)


def test_the_store_signs_and_its_consumers_need_no_checkout() -> None:
    line = Line()
    line.ask(Operation.AUTHORISE)
    (request,) = line.sent
    assert STORE_KEY_ID in request.headers["authorization"] and "PSS-V2" in request.headers["authorization"]
    front = line.house.fronts["amazon_v2"]
    assert front.transactions()[0]["permission"] == permission_of(hash64("C"))
    # Nobody else's charge is judged by the plan alone: an unknown permission is unknown.
    talk = Talk()
    assert talk.charge(permission_of(1)).code == "ResourceNotFound"


def test_an_effect_of_its_own_is_passed_on() -> None:
    line = Line()
    line.house.plan.force(Effect("pending", "Held", after_s=60))
    line.house.plan.force(None)
    line.house.mishaps.post({"kind": "pending", "code": "Held", "after_s": 60})
    assert line.ask(Operation.AUTHORISE).code == "Held"
    assert money(1)["currencyCode"] == "JPY"

"""Any history of a foreign shop's calls: money holds, and the Status says what the ledger says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.card.counter import SHOP, Counter, Fields
from teiki_providers.card.matrix import STATUSES
from teiki_providers.card.wire import encode
from teiki_sim.log.fold import Fold

#: The states of the ledger that may stand under a Status; "" where it knows nothing of the trade.
UNDER = {
    "UNPROCESSED": {"", "DECLINED"},
    "AUTHENTICATED": {"", "PENDING"},
    "CHECK": {""},
    "AUTH": {"AUTHORISED", "EXPIRED"},
    "SAUTH": {"AUTHORISED", "EXPIRED"},
    "CAPTURE": {"CAPTURED", "REFUNDED"},
    "SALES": {"CAPTURED", "REFUNDED"},
    "VOID": {"CANCELLED", "DECLINED"},
    "RETURN": {"CANCELLED", "DECLINED"},
    "RETURNX": {"CANCELLED", "DECLINED"},
}
CARDS = ("4111111111111111", "4999000000000012", "4999000000008001", "4999000000008002", "4999000000001014")
AMOUNTS = st.sampled_from([0, 1, 500, 1000, 1500, 99_999_999])
STEP = st.one_of(
    st.tuples(st.just("exec"), st.sampled_from(CARDS)),
    st.tuples(
        st.just("alter"), st.sampled_from(["SALES", "VOID", "RETURN", "RETURNX", "AUTH", "CAPTURE"]), AMOUNTS
    ),
    st.tuples(st.just("change"), st.sampled_from(["AUTH", "SAUTH", "CAPTURE"]), AMOUNTS),
    st.tuples(st.just("days"), st.sampled_from([1, 13, 61, 181])),
    st.tuples(st.just("hours"), st.just(1)),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["declined", "pending", "capture_failed", "no_answer", "reply_lost", "server_error"]),
    ),
    st.tuples(st.just("consent"), st.booleans()),
    st.tuples(st.just("search")),
)


def take(counter: Counter, trade: Fields, step: tuple[object, ...]) -> None:
    what, *more = step
    pair = {name: trade[name] for name in ("AccessID", "AccessPass")}
    match what:
        case "exec":
            fields = {**trade, "Method": "1", "CardNo": str(more[0]), "Expire": "4912"}
            counter.send(encode("ExecTran", fields))
        case "alter":
            counter.send(encode("AlterTran", {**SHOP, **pair, "JobCd": str(more[0]), "Amount": str(more[1])}))
        case "change":
            counter.send(
                encode("ChangeTran", {**SHOP, **pair, "JobCd": str(more[0]), "Amount": str(more[1])})
            )
        case "days":
            counter.advance(days=int(str(more[0])))
        case "hours":
            counter.advance(seconds=3600)
        case "fault":
            counter.fault(str(more[0]), times=1, after_s=1800, result="authorised")
        case "consent":
            try:
                counter.front.buyer(trade["AccessID"], "consent", {} if more[0] else {"result": "failed"})
            except ValueError:
                return
            counter.send(encode("SecureTran2", pair))
        case _:
            counter.send(encode("SearchTrade", {**SHOP, "OrderID": trade["OrderID"]}))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["AUTH", "CAPTURE", "SAUTH", "CHECK"]),
    st.booleans(),
    st.lists(STEP, min_size=1, max_size=20),
)
def test_any_history(job: str, secure: bool, steps: list[tuple[object, ...]]) -> None:
    counter, fold = Counter(), Fold()
    counter.house.log.sinks = [fold]
    trade = counter.enter(job, 1000, **({"TdFlag": "2"} if secure else {}))
    ledger = counter.house.ledger
    for step in steps:
        take(counter, trade, step)
        counter.house.mishaps.drop()
        for number in range(ledger.size):
            refunded = ledger.refunded.get(number, 0)
            assert 0 <= refunded <= int(ledger.captured[number]) <= int(ledger.authorised[number])
    counter.house.log.flush()
    found = counter.search(trade)
    state = counter.ledger(trade).get("state", "")
    assert found["Status"] in STATUSES
    assert state in UNDER[found["Status"]], (found, state)
    table = counter.house.gateway.table()
    for name in ("state", "authorised", "captured", "refunded"):
        assert getattr(fold.ledger, name)[: ledger.size].tolist() == table[name].tolist(), name

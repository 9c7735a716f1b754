"""ecforce's bulk operations without their rules."""

from __future__ import annotations

from typing import Any

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import fees, payments, shipping
from teiki_sim.jobs import engine, payment_jobs, selection, update, update_subscriptions
from teiki_sim.messages import Method

__all__ = ["SWITCHES"]


def _nothing(*_args: Any, **_named: Any) -> None:
    """In the place of what does something."""


def _all_hits(swap: Swap) -> None:
    """Whatever was ticked, the job works on all that the search finds."""

    def targets(shop: Any, chosen: Any, _page_size: int, _number: Any) -> Any:
        found = selection.hits(shop, chosen.search)
        return found, len(found)

    swap.put(engine, "targets", targets)


def _untold(swap: Swap) -> None:
    swap.put(engine, "_tell", _nothing)


def _judged_at_once(swap: Swap) -> None:
    """Preconditions are those of the registration, as the job runs with it."""
    register = engine.register
    swap.put(engine, "register", lambda *args, **named: register(*args, **(named | {"delay": 0})))


def _orders_stay(swap: Swap) -> None:
    swap.put(update, "update_orders", _nothing)


def _unsynced(swap: Swap) -> None:
    """The box is ticked, and the other date stays where it was."""
    synced = update_subscriptions.synced
    swap.put(
        update_subscriptions,
        "synced",
        lambda shop, sub, fields: synced(shop, sub, fields.model_copy(update={"sync": False})),
    )


def _changed_after_capture(swap: Swap) -> None:
    swap.policy("ecforce", captured_is_final=False)


def _fee_of_the_method(swap: Swap) -> None:
    swap.put(fees.Fees, "payment", lambda self, _product, method: self._methods[method])


def _fee_of_the_carrier(swap: Swap) -> None:
    swap.put(fees.Fees, "shipping", lambda self, _product, carrier: self._carriers[carrier])


def _subscriptions_stay(swap: Swap) -> None:
    swap.put(update, "update_subscriptions", _nothing)


def _slips_made_up(swap: Swap) -> None:
    """A shipment is reported under some number, whether there is one or not."""
    swap.put(payment_jobs, "imported_slips", lambda _shop, orders: shipping.slip_numbers(orders))


def _subscription_left_alone(swap: Swap) -> None:
    swap.put(payment_jobs, "follow", _nothing)


def _any_after_cancel(swap: Swap) -> None:
    swap.policy("ecforce", reauthorises_cancelled=frozenset(Method))


def _slip_stays(swap: Swap) -> None:
    swap.put(payments, "register_anew", _nothing)


def _forced_at_the_provider_too(swap: Swap) -> None:
    def force_cancel(shop: Any, order: int, actor: Any, **_named: Any) -> None:
        payments.cancel_payment(shop, order, actor)

    swap.put(payments, "force_cancel", force_cancel)


SWITCHES: dict[str, Switch] = {
    "EC-JOB-01": _all_hits,
    "EC-JOB-02": _untold,
    "EC-JOB-04": _judged_at_once,
    "EC-UPD-01": _orders_stay,
    "EC-UPD-02": _unsynced,
    "EC-UPD-04": _changed_after_capture,
    "EC-UPD-05": _fee_of_the_method,
    "EC-UPD-06": _fee_of_the_carrier,
    "EC-UPD-10": _subscriptions_stay,
    "EC-PAY-01": _slips_made_up,
    "EC-PAY-03": _subscription_left_alone,
    "EC-PAY-04": _any_after_cancel,
    "EC-PAY-05": _slip_stays,
    "EC-PAY-06": _forced_at_the_provider_too,
}
"""By rule."""

"""Opening a shop: a book (or a generated population) and its open orders become the tables of day one."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import DAY, iso, weekday
from teiki_sim.draws import hash64_many
from teiki_sim.frequencies import Frequency
from teiki_sim.holds.refusals import setting_of
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.rows import UNTIL
from teiki_sim.log.statuses import (
    CODE,
    ORDER_MEANING,
    PAYMENT_MEANING,
    OrderMeaning,
    PaymentMeaning,
    SubscriptionMeaning,
)
from teiki_sim.messages import METHOD_NAMES, Charges, Method
from teiki_sim.names import Texts
from teiki_sim.shop import Shop
from teiki_sim.tables import STOPPED

__all__ = ["close_log", "frequency_codes", "open_shop", "write_settings"]


def write_settings(shop: Shop) -> None:
    """The shop's terms as rows, so that monitors need nothing else (and see later changes)."""
    config = shop.config
    terms = {"platform": shop.policy.number}
    terms |= {f"grace.{name}": int(value) for name, value in config.grace.model_dump().items()}
    terms["week_start"] = shop.week_start
    terms["lead_days"] = config.carriers[config.default_carrier].lead_days
    terms["refusals_before_escalation"] = config.operators.refusals
    terms["schedule.generate_days_before_delivery"] = shop.ahead
    if shop.points.on:
        terms["points.per_10000_yen"] = shop.points.rate
    if shop.policy.takes_requests:
        market = config.marketplace
        terms["marketplace.reply_hours"] = market.reply_hours
        terms["marketplace.crossing_hours"] = market.crossing_hours
        terms["marketplace.approve_at_once"] = int(market.approve == "at_once")
        terms["marketplace.approve_early_below"] = market.approve_early_below
    terms |= _account_terms(shop)
    terms |= _windows(shop)
    terms |= _terms_of_carriers(shop)
    terms |= {
        "jobs.page_size": config.jobs.page_size,
        "jobs.count_surviving": int(config.jobs.count_surviving),
    }
    terms |= {f"gift.{gift.count}": 1 for gift in config.gifts}
    terms |= {f"price.{count}": 1 for goods in config.goods.values() for count in goods.prices_by_count}
    if shop.policy.np_refusals:
        terms |= _terms_of_holds(shop)
    for name, value in terms.items():
        shop.log.one(
            Kind.SETTING, shop.now, code=shop.log.code(name), quantity=value, detail=f'{{"value": {value}}}'
        )


def close_log(shop: Shop, at: int) -> None:
    """Say up to when the log reaches, so that whoever reads it knows what was due by then."""
    shop.log.one(
        Kind.SETTING,
        at,
        code=shop.log.code(UNTIL),
        quantity=at // DAY,
        detail=f'{{"day": "{iso(at // DAY)}"}}',
    )


def _terms_of_carriers(shop: Shop) -> dict[str, int]:
    """How long each carrier takes: ten times the days, 1 more for business days, 2 more without holidays."""
    terms = {
        f"lead.{name}": 10 * c.lead_days + (c.lead_mode == "business") * (1 + c.lead_holidays)
        for name, c in shop.config.carriers.items()
    }
    return terms | {"carrier.default": shop.default_carrier}


def _account_terms(shop: Shop) -> dict[str, int]:
    """What the account page permits, on a platform whose documents tell of such settings."""
    if not shop.policy.has_account_page_settings:
        return {}
    page = shop.config.account_page.terms
    status = {"停止": SubscriptionMeaning.STOPPED, "キャンセル": SubscriptionMeaning.CANCELLED}
    return {
        "account.cancel": int(page.cancel),
        "account.cancel_status": int(status.get(page.cancel_status, 0)),
        "account.resume_from": -1 if page.resume_from == "なし" else int(status.get(page.resume_from, 0)),
        "account.card_change": int(page.card_change),
    }


def _windows(shop: Shop) -> dict[str, int]:
    """How long after the capture each provider takes a change or a cancel, where there is an end to it."""
    found = {}
    for method, terms in shop.config.payments.items():
        number = METHOD_NAMES.index(method)
        for unit, value in (("days", terms.change_days), ("months", terms.change_month_ends)):
            if value is not None:
                found[f"window.{number}.{unit}"] = value
    return found


def _terms_of_holds(shop: Shop) -> dict[str, int]:
    """What follows a refusal by NP, and what a switch to cash on delivery costs."""
    config, terms = shop.config, shop.config.holds
    own = any(goods.payment_fee is not None for goods in config.goods.values())  # then it hangs on the goods
    cod = sum(1 << i for i, carrier in enumerate(config.carriers.values()) if carrier.cod)
    return {
        "holds.np_refused": int(setting_of(shop)),
        "holds.cod_later": int(terms.cod_later),
        "holds.cod_single": int(terms.cod_single),
        "carriers.cod": cod,
        "carriers.default": shop.default_carrier,
        **{f"fee.{METHOD_NAMES.index(name)}": -1 if own else p.fee for name, p in config.payments.items()},
    }


def open_shop(shop: Shop, book: BookColumns, open_orders: Sequence[OpenOrder] = ()) -> None:
    """Fill the tables and log the opening state; the book's rows come sorted by id."""
    _subscriptions(shop, book)
    _write_limits(shop)
    _tell_hidden(shop)
    if open_orders:
        _open_orders(shop, open_orders)
    _end_what_is_over(shop)
    _log_subscriptions(shop)


def _write_limits(shop: Shop) -> None:
    """The most pieces that a customer may buy, as rows by product (SS-LIM-01)."""
    for number, code in enumerate(shop.log.vocabulary.products):
        goods = shop.config.goods.get(code)
        limit = None if goods is None else goods.limit_per_customer
        if limit is not None:
            name = shop.log.code("goods.limit_per_customer")
            shop.log.one(
                Kind.SETTING, shop.now, code=name, product=number, quantity=limit, detail=f'{{"value": {limit}}}'
            )  # fmt: skip


def _tell_hidden(shop: Shop) -> None:
    """Goods that renew although nobody could buy them anew: their carriers are all hidden (SS-ORD-15)."""
    config, subs, n = shop.config, shop.subs, shop.subs.n
    visible = {name for name, carrier in config.carriers.items() if carrier.visible}
    if len(visible) == len(config.carriers):
        return
    for number, code in enumerate(shop.log.vocabulary.products):
        goods = config.goods.get(code)
        if goods is None or visible.intersection(goods.carriers or config.carriers):
            continue
        renewing = (subs.product[:n] == number) & (subs.status[:n] == shop.policy.subscription.active)
        if many := int(np.count_nonzero(renewing)):
            shop.log.one(
                Kind.NOTICE, shop.now, product=number, quantity=many, code=shop.log.code("hidden_carrier"),
                rule=shop.rules["hidden_renewal"],
            )  # fmt: skip


def _end_what_is_over(shop: Shop) -> None:
    """A course whose last child is generated already has ended (SS-ORD-14)."""
    subs, n, words = shop.subs, shop.subs.n, shop.policy.subscription
    over = (
        (subs.end_count[:n] > 0) & (subs.cycle[:n] >= subs.end_count[:n]) & (subs.status[:n] == words.active)
    )
    subs.status[:n][over] = words.ended


def _subscriptions(shop: Shop, book: BookColumns) -> None:
    subs, words, config = shop.subs, shop.policy.subscription, shop.config
    rows = subs.add(len(book))
    customers, number = _sorted_texts(book.customers)
    shop.names.sub_ids, shop.names.customer_names = Texts(book.ids), Texts(customers)
    shop.log.vocabulary.products[:] = [
        *book.products,
        *(c for c in config.goods if c not in set(book.products)),
    ]
    subs.key[rows] = hash64_many(book.ids)
    subs.customer[rows] = number
    frequency = np.array([shop.frequency_number[f] for f in book.frequencies] or [0], np.int16)
    carrier = np.array([shop.carriers.index(name) for name in book.carriers] or [0], np.int8)
    known = np.array(
        [METHOD_NAMES.index(m) if m in METHOD_NAMES else Method.BANK for m in book.methods], np.int8
    )
    status = np.array([words.active, words.stopped, words.cancelled, words.ended], np.uint8)
    subs.frequency[rows], subs.carrier[rows] = frequency[book.frequency], carrier[book.carrier]
    subs.method[rows], subs.status[rows] = known[book.method], status[book.status]
    if shop.policy.collects:
        subs.method[rows] = Method.BANK
    subs.product[rows], subs.quantity[rows] = book.product, book.quantity
    subs.unit_price[rows], subs.cycle[rows], subs.end_count[rows] = (
        book.unit_price,
        book.cycle,
        book.end_count,
    )
    subs.ship[rows], subs.delivery[rows] = book.next_ship, book.next_delivery
    # Where no date is known, day 0: the weekday is settled once, as the log says it (modelled).
    subs.anchor[rows] = np.where(
        book.first_delivery >= 0, book.first_delivery, np.maximum(book.next_delivery, 0)
    )
    subs.flag[rows], subs.held[rows] = book.generation_error, book.held


def _sorted_texts(texts: Sequence[str]) -> tuple[pa.Array, NDArray[np.int64]]:
    """The different texts in order, and the place of each text among them."""
    coded = pa.array(texts, pa.string()).dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return coded.dictionary.take(order), place[coded.indices.to_numpy()]


def frequency_codes(shop: Shop) -> NDArray[np.int64]:
    """Word numbers of the frequencies' labels, by frequency and weekday of the first delivery.

    Where the first delivery gives the weekday (SS-FREQ-04) the label says it: the log then needs no anchor.
    """
    codes = np.empty((len(shop.frequencies), 7), np.int64)
    for i, frequency in enumerate(shop.frequencies):
        for day in range(7):
            inherits = frequency.nth is not None and frequency.on is None
            said = Frequency("month-week-weekday", frequency.n, frequency.nth, day) if inherits else frequency
            codes[i, day] = shop.log.code(said.label())
    return codes


def _log_subscriptions(shop: Shop) -> None:
    subs, n = shop.subs, shop.subs.n
    if not n:
        return
    labels = frequency_codes(shop)
    rows = np.arange(n, dtype=np.int32)
    shop.log.many(
        Kind.OPENED, shop.now, n, sub=rows, cycle=subs.cycle[:n], method=subs.method[:n], product=subs.product[:n],
        quantity=subs.quantity[:n], ship=subs.ship[:n], delivery=subs.delivery[:n], status_to=subs.status[:n],
        code=labels[subs.frequency[:n], weekday(subs.anchor[:n])],
    )  # fmt: skip
    _log_carriers(shop)
    if shop.policy.np_refusals:
        for sub in np.flatnonzero(subs.carrier[:n] != shop.default_carrier).tolist():
            shop.sub_row(Kind.NOTICE, sub, code=shop.log.code("carrier"), quantity=subs.carrier.item(sub))
    for sub in np.flatnonzero(subs.flag[:n]).tolist():
        shop.sub_row(Kind.FLAG_SET, sub, code=shop.log.code("book"))
        if subs.status[sub] == shop.policy.subscription.active:
            shop.on_trouble("flag", sub, -1, "payment")
    for sub in np.flatnonzero(subs.held[:n]).tolist():
        shop.sub_row(Kind.HELD, sub, code=shop.log.code("book"))
        if shop.policy.failed_generation == "hold" and subs.status[sub] == shop.policy.subscription.active:
            shop.on_trouble("egg", sub, -1, "")


def _log_carriers(shop: Shop) -> None:
    """Subscriptions that do not go by the shop's usual carrier say so."""
    carrier = shop.subs.carrier[: shop.subs.n]
    for number in np.unique(carrier).tolist():
        if number != shop.default_carrier:
            mine = np.flatnonzero(carrier == number)
            code = shop.log.code(f"carrier:{shop.carriers[number]}")
            shop.log.many(Kind.EDITED, shop.now, len(mine), sub=mine, cycle=shop.subs.cycle[mine], code=code)


def _open_orders(shop: Shop, open_orders: Sequence[OpenOrder]) -> None:
    subs, orders, config = shop.subs, shop.orders, shop.config
    number = {name: i for i, name in enumerate(shop.names.sub_ids)}
    product = {code: i for i, code in enumerate(shop.log.vocabulary.products)}
    lead = shop.leads[shop.carriers.index(config.default_carrier)]
    customers = shop.names.customer_names
    single_carrier = shop.carriers.index(config.default_carrier)
    for row in open_orders:
        order = int(shop.new_orders(1)[0])
        shop.names.opening.append(row.order_id)
        sub = number.get(row.subscription or "", -1)
        if row.product not in product:
            product[row.product] = len(product)
            shop.log.vocabulary.products.append(row.product)
        method = METHOD_NAMES.index(row.method) if row.method in METHOD_NAMES else int(Method.BANK)
        method = int(Method.BANK) if shop.policy.collects else method
        delivery = row.planned_delivery
        delivery = lead.delivery_from_ship(row.planned_ship) if delivery is None else delivery
        orders.sub[order], orders.cycle[order] = sub, row.cycle if sub >= 0 else -1
        orders.method[order], orders.product[order] = method, product[row.product]
        orders.quantity[order] = row.quantity
        if row.amount is not None:
            amount = row.amount
        elif sub >= 0:
            fees = int(shop.fees.both(product[row.product], method, subs.carrier[sub]))
            amount = int(subs.unit_price[sub]) * row.quantity + fees
        else:
            price = config.goods[row.product].price if row.product in config.goods else 0
            amount = price * row.quantity + int(shop.fees.both(product[row.product], method, single_carrier))
        orders.amount[order] = orders.covered[order] = amount
        orders.ship[order], orders.delivery[order] = row.planned_ship, delivery
        _open_status(shop, order, row)
        if sub < 0:
            shop.names.single_customer[order] = len(customers)
            customers.append(f"C-{row.order_id}")
        else:
            _advance_master(shop, sub, order)
    numbers = np.arange(orders.n)
    shop.rows(
        Kind.OPENED, numbers, method=orders.method[numbers], product=orders.product[numbers],
        quantity=orders.quantity[numbers], amount=orders.amount[numbers], ship=orders.ship[numbers],
        delivery=orders.delivery[numbers], status_to=orders.status[numbers],
    )  # fmt: skip
    meaning = PAYMENT_MEANING[orders.payment[numbers]]
    covered = numbers[meaning == PaymentMeaning.AUTHORISED]
    _take_over(shop, covered)
    for order in numbers[meaning == PaymentMeaning.REFUSED].tolist():
        shop.set_payment(order, int(orders.payment[order]), Kind.DECLINED, code=shop.log.code("book"))
        orders.flags[order] |= STOPPED
        shop.row(Kind.HELD, order, code=shop.log.code("payment_error"))
        shop.on_trouble("refused", int(orders.sub[order]), order, "")
    shop.live = numbers


def _open_status(shop: Shop, order: int, row: OpenOrder) -> None:
    """The platform's own words for what the file says; an order without a payment status counts as authorised."""
    orders, words = shop.orders, shop.policy
    meaning = OrderMeaning(int(ORDER_MEANING[CODE.get(row.order_status, CODE["出荷待ち"])]))
    status = {OrderMeaning.WORKING: words.order.working, OrderMeaning.BLOCKED: words.order.blocked}
    orders.status[order] = status.get(meaning, words.order.waiting)
    method = Method(int(orders.method[order]))
    payment = PaymentMeaning(int(PAYMENT_MEANING[CODE.get(row.payment_status, 0)]))
    if shop.uncovered[method]:
        orders.payment[order] = words.payment.not_needed
    elif payment in (PaymentMeaning.REFUSED, PaymentMeaning.PENDING, PaymentMeaning.UNKNOWN):
        orders.payment[order] = words.payment.refusal(method)
    else:
        orders.payment[order] = words.payment.authorised


def _advance_master(shop: Shop, sub: int, order: int) -> None:
    """A cycle counts once: the master stands after the children that the file has (SS-FC-04, SS-SKIP-02)."""
    subs, orders = shop.subs, shop.orders
    subs.last_order[sub] = order
    subs.cycle[sub] = max(int(subs.cycle[sub]), int(orders.cycle[order]))
    while 0 <= subs.delivery[sub] <= orders.delivery[order]:
        after = shop.next_delivery(sub, int(subs.delivery[sub]))
        subs.ship[sub], subs.delivery[sub] = shop.ship_date(sub, after), after


def _take_over(shop: Shop, orders_covered: np.ndarray) -> None:
    """Authorisations that stand from before the run are entered in the provider's ledger as they are."""
    if not len(orders_covered):
        return
    orders, some = shop.orders, orders_covered
    orders.transaction[some] = shop.gateway.take_over(
        Charges(
            shop.now, some.astype(np.int32), orders.sub[some], shop.consumers(some), np.maximum(orders.cycle[some], 0),
            np.zeros(len(some), np.int16), orders.method[some], orders.amount[some],
        )
    )  # fmt: skip
    shop.rows(
        Kind.AUTHORISED, some, Actor.SYSTEM, method=orders.method[some], amount=orders.amount[some],
        transaction=orders.transaction[some], status_to=orders.payment[some],
    )  # fmt: skip

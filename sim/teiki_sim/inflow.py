"""New business: subscriptions and single orders that arrive day by day."""

from teiki_sim import nightly
from teiki_sim.calendar import weekday
from teiki_sim.draws import Choice, Purpose, bits53, hash64, spread, threshold
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import METHOD_NAMES, Method
from teiki_sim.opening import frequency_codes
from teiki_sim.shop import Shop

__all__ = ["arrive"]


def arrive(shop: Shop) -> None:
    """Today's new subscriptions and single orders."""
    flow = shop.config.inflow
    _subscriptions(shop, _count(shop, flow.subscriptions_per_day, 0))
    singles = flow.singles_per_day
    if shop.policy.takes_requests:
        singles += shop.config.marketplace.orders_per_day
    _singles(shop, _count(shop, singles, 1))


def _count(shop: Shop, mean: float, stream: int) -> int:
    """Whole part for sure, the rest by chance, so that the mean is met (modelled)."""
    if mean <= 0:
        return 0
    whole = int(mean)
    bits = bits53(shop.seed, hash64(f"inflow:{shop.today}"), Purpose.INFLOW, stream)
    return whole + (bits < threshold(mean - whole))


def _traits(shop: Shop, key: int, stream: int) -> tuple[int, int, int]:
    """(product, quantity, method) of one newcomer, by the shares of the population."""
    config = shop.config
    products = [code for code, goods in config.goods.items() if goods.price] or list(config.goods)
    bits = [bits53(shop.seed, key, Purpose.INFLOW, stream, i) for i in range(3)]
    product = shop.log.vocabulary.products.index(products[spread(bits[0], len(products))])
    shares = [config.payments[m].share if m in config.payments else 0.0 for m in METHOD_NAMES]
    total = sum(shares) or 1.0
    method = min(Choice([share / total for share in shares]).pick(bits[1]), len(shares) - 1)
    method = int(Method.BANK) if shop.policy.collects else method
    quantities = list(config.population.quantities)
    weights = list(config.population.quantities.values())
    chosen = Choice([weight / sum(weights) for weight in weights]).pick(bits[2])
    return product, quantities[min(chosen, len(quantities) - 1)], method


def _subscriptions(shop: Shop, n: int) -> None:
    if not n:
        return
    subs, names, config = shop.subs, shop.names, shop.config
    labels = frequency_codes(shop)
    rows = subs.add(n)
    for i, sub in enumerate(rows.tolist()):
        name = f"NEW-{shop.today}-{i + 1:05d}"
        names.sub_ids.append(name)
        subs.key[sub] = key = hash64(name)
        subs.customer[sub] = len(names.customer_names)
        names.customer_names.append(f"C-{name}")
        subs.product[sub], subs.quantity[sub], subs.method[sub] = _traits(shop, key, 1)
        subs.unit_price[sub] = config.goods[shop.log.vocabulary.products[int(subs.product[sub])]].price
        frequencies = sorted(config.population.frequencies)
        label = frequencies[spread(bits53(shop.seed, key, Purpose.INFLOW, 2), len(frequencies))]
        subs.frequency[sub] = next(i for i, f in enumerate(shop.frequencies) if f.label() == label)
        subs.carrier[sub] = shop.carriers.index(config.default_carrier)
        subs.status[sub] = shop.policy.subscription.active
        delivery = shop.today + 5 + spread(bits53(shop.seed, key, Purpose.INFLOW, 3), 7)
        subs.delivery[sub] = subs.anchor[sub] = delivery
        subs.ship[sub] = max(shop.ship_date(sub, delivery), shop.today + 1)
        shop.sub_row(
            Kind.OPENED, sub, Actor.CUSTOMER, method=int(subs.method[sub]), product=int(subs.product[sub]),
            quantity=int(subs.quantity[sub]), ship=int(subs.ship[sub]), delivery=delivery,
            status_to=int(subs.status[sub]), code=int(labels[subs.frequency[sub], weekday(delivery)]),
        )  # fmt: skip
    nightly.generate(shop, rows, actor=Actor.CUSTOMER, at_checkout=True)


def _singles(shop: Shop, n: int) -> None:
    if not n:
        return
    table, names, config = shop.orders, shop.names, shop.config
    orders = shop.new_orders(n)
    carrier = shop.carriers.index(config.default_carrier)
    for order in orders.tolist():
        product, quantity, method = _traits(shop, shop.consumer(order), 4)
        price = config.goods[shop.log.vocabulary.products[product]].price
        table.product[order], table.quantity[order], table.method[order] = product, quantity, method
        table.amount[order] = price * quantity + int(shop.fees.both(product, method, carrier))
        table.ship[order] = shop.today + 1
        table.delivery[order] = shop.leads[carrier].delivery_from_ship(shop.today + 1)
        names.single_customer[order] = len(names.customer_names)
        names.customer_names.append(f"C-{shop.today}-{int(table.running[order])}")
    nightly.place(shop, orders)

"""Points: the arithmetic of accounts, and what a shop does with them over months."""

from collections import Counter

import numpy as np
import pytest

from teiki_scenarios.bench_detection import run
from teiki_sim.config import Config, calm, load
from teiki_sim.point_account import Account, earned
from teiki_sim.world import World


def shop_of(platform: str, **more: object) -> World:
    config: Config = load(None, {"platform": platform, "subscriptions": 400, "months": 6, **more})
    return run(config)[0]


def test_the_oldest_points_go_first() -> None:
    account = Account()
    account.put(1, 30)
    account.put(2, 20)
    assert account.take(40) == [(1, 30), (2, 10)]
    assert (account.balance, account.lots) == (10, {2: 10})


def test_nothing_falls_below_zero() -> None:
    account = Account()
    account.put(1, 30)
    account.put(2, 20)
    account.take(35)  # all of the first, some of the second
    assert account.revoke(1, 30) == 15
    assert (account.balance, account.take(5), account.take_from(2, 5)) == (0, [], 0)


@pytest.mark.parametrize(("amount", "points"), [(3000, 30), (2999, 29), (99, 0), (0, 0), (-500, 0)])
def test_fractions_of_a_point_are_dropped(amount: int, points: int) -> None:
    assert earned(amount, 100) == points


def test_the_scheme_is_off_but_for_a_sample_on_ecforce() -> None:
    assert not shop_of("subscstore").shop.points.on
    sample = shop_of("ecforce").shop.points
    assert sample.on and 0 < len(sample.granted) < 400
    assert not run(calm(load(None, {"platform": "ecforce", "subscriptions": 50})))[0].shop.points.on


def test_what_was_granted_is_in_hand_used_revoked_or_expired() -> None:
    world = shop_of("subscstore", **{"points.members": 1.0, "points.expiry_days": 45})
    points, shop = world.shop.points, world.shop
    assert points.reversed and points.used
    for order, (revoked, returned) in points.reversed.items():
        assert order not in points.granted and order not in points.used
        assert revoked >= 0 and returned >= 0
    balances = Counter({sub: points.balance(sub) for sub in range(shop.subs.n)})
    assert min(balances.values()) >= 0
    for sub in range(shop.subs.n):
        for lot in points.account(sub).lots:
            assert points.last_day[lot] >= shop.today - 1, "an old lot is still there"
    assert sum(points.granted.values()) > sum(balances.values())


def test_points_used_come_off_the_amount_before_it_is_charged() -> None:
    world = shop_of("ecforce", **{"points.members": 1.0, "points.use": 1.0, "customers.quantity": [0.0]})
    shop = world.shop
    table, used = shop.orders, np.array(sorted(shop.points.used))
    assert len(used) > 100
    used = used[table.method[used] == shop.subs.method[table.sub[used]]]
    used = used[table.quantity[used] == shop.subs.quantity[table.sub[used]]]
    goods = shop.subs.unit_price[table.sub[used]] * table.quantity[used]
    fees = shop.fees.both(table.product[used], table.method[used], shop.carriers_of(used))
    spent = np.array([shop.points.used[order] for order in used.tolist()])
    assert (table.amount[used] + spent == goods + fees).mean() > 0.95
    charged = np.isin(table.payment[used], shop.policy.payment.captured)
    assert charged.any() and (table.covered[used][charged] == table.amount[used][charged]).all()

"""The shop's halves of all dialects, by payment method."""

from collections.abc import Callable, Mapping

from teiki_providers.amazon_pay.v1_shop import Shop as AmazonV1Shop
from teiki_providers.card.shop import Shop as CardShop
from teiki_providers.deferred.np_shop import NpShop
from teiki_providers.deferred.score_shop import ScoreShop
from teiki_providers.exchange import Reply, Request
from teiki_providers.rakuten_pay.gmo_shop import Shop as RakutenShop
from teiki_providers.relay import Shop
from teiki_sim.messages import Method

__all__ = ["shops"]


def shops(send: Callable[[Request], Reply]) -> Mapping[Method, Shop]:
    """One shop for each method that a provider takes, all on one line."""
    np = NpShop(send)
    return {
        Method.CARD: CardShop(send),
        Method.AMAZON_PAY: AmazonV1Shop(send),
        Method.NP: np,
        Method.NP_WIZ: np,
        Method.NP_REALTIME: np,
        Method.SCORE: ScoreShop(send),
        Method.RAKUTEN_PAY: RakutenShop(send),
    }

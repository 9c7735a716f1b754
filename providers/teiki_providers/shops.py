"""The shop's halves of all dialects, by payment method."""

from collections.abc import Callable, Mapping
from typing import Literal

from teiki_providers.amazon_pay.v1_shop import Shop as AmazonV1Shop
from teiki_providers.amazon_pay.v2_shop import Shop as AmazonV2Shop
from teiki_providers.card.shop import Shop as CardShop
from teiki_providers.deferred.np_shop import NpShop
from teiki_providers.deferred.score_shop import ScoreShop
from teiki_providers.exchange import Reply, Request
from teiki_providers.rakuten_pay.gmo_shop import Shop as RakutenShop
from teiki_providers.relay import Shop
from teiki_sim.messages import Method

__all__ = ["Generation", "generation", "shops"]

#: サブスクストア shows version 1's errors; the other platforms speak version 2.
Generation = Literal["v1", "v2"]


def generation(platform: str) -> Generation:
    """Which generation of Amazon Pay a platform speaks."""
    return "v1" if platform == "subscstore" else "v2"


def shops(send: Callable[[Request], Reply], amazon_pay: Generation = "v1") -> Mapping[Method, Shop]:
    """One shop for each method that a provider takes, all on one line; Amazon Pay's in one of its generations."""
    np = NpShop(send)
    amazon = AmazonV1Shop if amazon_pay == "v1" else AmazonV2Shop
    return {
        Method.AMAZON_PAY: amazon(send),
        Method.CARD: CardShop(send),
        Method.NP: np,
        Method.NP_WIZ: np,
        Method.NP_REALTIME: np,
        Method.SCORE: ScoreShop(send),
        Method.RAKUTEN_PAY: RakutenShop(send),
    }

"""Every dialect that a sandbox speaks, in one list."""

from teiki_providers.amazon_pay.v1_front import open_amazon_v1
from teiki_providers.amazon_pay.v2_front import open_amazon_v2
from teiki_providers.card.front import open_card
from teiki_providers.deferred.np_front import open_np
from teiki_providers.deferred.score_front import open_score
from teiki_providers.rakuten_pay.gmo_front import open_rakuten_gmo
from teiki_providers.rakuten_pay.v1_front import open_rakuten_v1
from teiki_providers.said import Opening

__all__ = ["FRONTS"]

FRONTS: tuple[Opening, ...] = (
    open_amazon_v1,
    open_amazon_v2,
    open_card,
    open_np,
    open_score,
    open_rakuten_gmo,
    open_rakuten_v1,
)

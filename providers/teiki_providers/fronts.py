"""Every dialect that a sandbox speaks, in one list."""

from teiki_providers.deferred.np_front import open_np
from teiki_providers.deferred.score_front import open_score
from teiki_providers.rakuten_pay.gmo_front import open_rakuten_gmo
from teiki_providers.said import Opening

__all__ = ["FRONTS"]

FRONTS: tuple[Opening, ...] = (
    open_np,
    open_score,
    open_rakuten_gmo,
)

"""Every dialect that a sandbox speaks, in one list."""

from teiki_providers.said import Opening

__all__ = ["FRONTS"]

FRONTS: tuple[Opening, ...] = ()

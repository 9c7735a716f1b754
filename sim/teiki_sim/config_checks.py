"""The section of a configuration about teiki's checks of its own results."""

from __future__ import annotations

from pydantic import Field

from teiki_sim.config_parts import Count, Part, Rate

__all__ = ["SelfChecks"]


class SelfChecks(Part):
    """How much of a forecast's error may stay unexplained before it is told; the defaults are modelled."""

    unexplained_share: Rate = Field(
        default=0.01,
        description="予測と出荷の差のうち、原因不明でよい割合(週の予定個数に対して) · parcels of a week that no cause explains, of those scheduled",
    )
    unexplained_parcels: Count = Field(
        default=10,
        description="割合によらず原因不明でよい個数(週) · parcels of a week that may stay unexplained whatever the share",
    )

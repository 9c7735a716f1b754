"""The section of a configuration about points: what an order earns, who collects, when they run out.

A description reads "日本語 · English"; the printed configuration carries it as a comment.
"""

from __future__ import annotations

from pydantic import Field

from teiki_sim.config_parts import Part, Rate

__all__ = ["PointScheme"]

#: Share of subscriptions that collect points where nothing is said: only ecforce's sample shop has some (modelled),
#: so that a run with slips has points to slip on; everywhere else the scheme is off.
SAMPLE = {"ecforce": 0.05}


class PointScheme(Part):
    """The shop's points. One point is one yen (modelled)."""

    rate: Rate = Field(
        default=0.01, description="1円あたりの付与ポイント · points granted per yen of an order"
    )
    members: Rate | None = Field(
        default=None,
        description="ポイントを貯める定期の割合(未指定は ecforce 0.05、ほかは 0 = 使わない) · share of subscriptions "
        "that collect points; unset: 0.05 on ecforce, else 0, which is off",
    )
    use: Rate = Field(
        default=0.3, description="注文のときに残高を使う割合 · chance that an order uses the points there are"
    )
    expiry_days: int = Field(
        default=180, ge=1, description="有効期間(日) · days until granted or returned points expire"
    )

    def share(self, platform: str) -> float:
        """The share of subscriptions that collect points on a platform."""
        return SAMPLE.get(platform, 0.0) if self.members is None else self.members

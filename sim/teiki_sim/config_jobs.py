"""The section of a configuration about bulk jobs."""

from __future__ import annotations

from pydantic import Field

from teiki_sim.config_parts import Count, Part

__all__ = ["Jobs"]


class Jobs(Part):
    """How bulk jobs are selected and when they run."""

    page_size: int = Field(default=100, ge=1, description="1ページの表示件数 · orders on a page of results")
    count_surviving: bool = Field(
        default=False,
        description="取り消した回を定期回数に数えない · cancelled deliveries do not count, so the count is lowered",
    )
    delay_minutes: Count = Field(
        default=5, description="登録から実行まで(分) · minutes from registering a job to its run"
    )

"""What a step of a scenario can do with bulk jobs, and how a job is expected to have come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from teiki_scenarios.deed import Deed, Who
from teiki_sim import counts
from teiki_sim.config_parts import Part, one_of
from teiki_sim.jobs import engine
from teiki_sim.jobs.job import Job
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.selection import Selection
from teiki_sim.log.kinds import Actor
from teiki_sim.recalculation import recalculate
from teiki_sim.shipping import slip_numbers

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["JOB_DEEDS", "JobExpected"]


class BulkJob(Part):
    """A job to register; it runs after the shop's delay."""

    name: str = Field(
        default="", description="この手順書での呼び名(省略時は番号) · its name here, else its number"
    )
    kind: str = Field(description="一括処理の種類 · kind of job")
    select: Selection = Field(default_factory=Selection, description="対象 · which orders")
    with_: Any = Field(
        default_factory=dict, validate_default=True, alias="with", description="内容 · what is to be done"
    )
    delay: int | None = Field(default=None, ge=0, description="実行までの分 · minutes until it runs")

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        one_of("", value, KINDS)
        return value

    @field_validator("with_")
    @classmethod
    def _fits(cls, value: Any, info: ValidationInfo) -> Any:
        """The arguments of its kind."""
        return KINDS[info.data["kind"]].args.model_validate(value) if "kind" in info.data else value


class NamedJob(Part):
    """About one job."""

    job: str = Field(description="ジョブの呼び名 · the job's name in this file")


class OfOneOrder(Part):
    """About one order."""

    order: str


class SlipNumber(OfOneOrder):
    """The slip number to register; without one, that of the parcel."""

    number: int | None = Field(default=None, ge=1, description="配送伝票番号 · slip number")


class OfOneSubscription(Part):
    """About one subscription."""

    subscription: str


class RowExpected(Part):
    """How one row of a result file must read."""

    result: Literal["done", "failed", "skipped"] = "done"
    code: str | None = Field(default=None, description="規則または決済会社のコード · rule or provider's code")


class JobExpected(Part):
    """How a job must have come out; only what is given is looked at."""

    state: Literal["registered", "completed", "failed"] | None = None
    targets: int | None = Field(default=None, ge=0, description="対象件数 · how many orders it works on")
    failed: int | None = Field(default=None, ge=0, description="失敗件数 · how many rows failed")
    notices: list[str] | None = Field(
        default=None, description="通知 · what the operator was told, in Japanese"
    )
    results: dict[str, RowExpected] = Field(
        default_factory=dict, description="結果ファイルの行(注文ごと) · rows of the result file by order"
    )
    files: list[str] | None = Field(default=None, description="作られたファイル · names of the files it made")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """A bare word is the state."""
        return {"state": value} if isinstance(value, str) else value

    def found(self, job: Job, place: Callable[[str], int]) -> dict[str, Any]:
        """What there is of what is expected; ``place`` gives an order's number."""
        rows: dict[str, dict[str, Any]] = {}
        outcomes = ("done", "failed", "skipped")
        for name in self.results:
            at = (job.orders == place(name)).nonzero()[0].tolist()
            if at:
                reason = job.results.reason(at[0])
                rows[name] = {"result": outcomes[job.results.outcome.item(at[0])], "code": reason.code}
        return {
            "state": job.state,
            "targets": len(job.orders),
            "failed": len(job.results.failed),
            "notices": [notice.ja for notice in job.notices],
            "results": rows,
            "files": [artefact.name for artefact in job.artefacts],
        }


def bulk_job(stage: Stage, actor: Actor, args: BulkJob) -> None:
    """Register a job; it runs later."""
    delay = None if args.delay is None else 60 * args.delay
    job = engine.register(
        stage.shop, args.kind, args.select, args.with_, actor,
        number=lambda names: [stage.order(name) for name in names], delay=delay,
    )  # fmt: skip
    stage.jobs[args.name or str(job.number)] = job


def of_job(do: Callable[..., Any]) -> Callable[[Stage, Actor, NamedJob], None]:
    """Something done with a job that was registered before."""

    def done(stage: Stage, actor: Actor, args: NamedJob) -> None:
        after = do(stage.shop, stage.job(args.job))
        if isinstance(after, Job):
            stage.jobs[str(after.number)] = after

    return done


def _register_slip(stage: Stage, _actor: Actor, args: SlipNumber) -> None:
    order = stage.order(args.order)
    own = int(slip_numbers(np.array([order]))[0])
    stage.shop.notes.slip[order] = own if args.number is None else args.number


_DESK: tuple[Who, ...] = ("operator",)

JOB_DEEDS: dict[str, Deed] = {
    "bulk_job": Deed(BulkJob, _DESK, bulk_job, "一括処理を登録する", "register a bulk job"),
    "review_job": Deed(NamedJob, _DESK, of_job(engine.review), "ジョブの結果を確認する", "read a job's result file"),
    "retry_job": Deed(NamedJob, _DESK, of_job(engine.retry), "失敗した行をやり直す", "run the failed rows again"),
    "settle_job": Deed(
        NamedJob, _DESK, of_job(engine.settle), "失敗した行をやり直さないと決める", "decide to leave the failed rows"
    ),
    "recalculate": Deed(
        OfOneOrder, _DESK, lambda stage, actor, args: recalculate(stage.shop, stage.order(args.order), actor),
        "受注を再計算する", "recalculate the order",
    ),
    "lower_count": Deed(
        OfOneOrder, _DESK, lambda stage, actor, args: counts.lower(stage.shop, stage.order(args.order), actor),
        "この受注の定期の回数を-1する", "lower the count of the order's subscription by 1",
    ),
    "recalculate_subscription": Deed(
        OfOneSubscription, _DESK,
        lambda stage, actor, args: counts.recalculate(stage.shop, stage.subscription(args.subscription), actor),
        "定期受注を再計算する", "recalculate the subscription",
    ),
    "register_slip": Deed(
        SlipNumber, _DESK, _register_slip, "配送伝票番号を登録する", "register a slip number"
    ),
}  # fmt: skip
"""By the name that ``does`` takes."""

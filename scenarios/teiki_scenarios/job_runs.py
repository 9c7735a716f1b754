"""`teiki jobs`: bulk jobs on the shop of a finished run, on the day after its end."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from teiki_scenarios.job_plan import Planned, read_plan
from teiki_scenarios.language import BadInput, Language, Problem, refuse
from teiki_scenarios.output import check_out, whole_directory
from teiki_scenarios.replications import build
from teiki_scenarios.run_files import read_run, read_summary
from teiki_scenarios.summary import measured
from teiki_scenarios.timeline import clock
from teiki_sim.calendar import DAY
from teiki_sim.jobs import engine
from teiki_sim.jobs.job import Job
from teiki_sim.jobs.sales import sales
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors, write_violations
from teiki_sim.names import ShopNames
from teiki_sim.people import BookPeople, MadeUp
from teiki_sim.world import World

__all__ = ["run_jobs", "show"]

_OPENS = 10 * 3600
"""When the first job is registered, unless it says when."""
_SAME = ("platform", "days", "events", "orders", "shipments", "sales")
"""What a replay must come to as well, by keys of summary.json."""


def run_jobs(
    run: Path, file: Path, out: Path, book: Path | None = None, mapping: Path | None = None
) -> dict[str, Any]:
    """Replay a run to its end, run the file's jobs on the day after, and write what came of them; the summary.

    A run keeps no names and addresses: ``book`` has those that go into the jobs' files, else they are made up.
    Raises BadInput for a directory that is no run, a file with mistakes, or a replay that differs from the run.
    """
    before = read_summary(run)
    if before["platform"] != "ecforce":
        ja, en = "ecforce の実行結果(一括処理は ecforce の機能)", "a run of ecforce, which has bulk jobs"
        raise refuse(str(run), "platform", before["platform"], ja, en)
    plan = read_plan(file)
    check_out(out)
    if out.resolve() == run.resolve():
        raise refuse(str(out), "--out", "RUN_DIR", "別のディレクトリ", "a directory of its own")
    task = read_run(run)
    people = MadeUp() if book is None else BookPeople(book, mapping)
    began = time.perf_counter()
    with whole_directory(out) as directory:
        monitors = Monitors()

        def sinks(names: ShopNames) -> Sequence[Sink]:
            return ParquetSink(directory / "events.parquet", names), monitors

        world = build(task, sinks=sinks)
        _check(world, before, run)
        world.shop.people = people
        first = world.shop.log.rows
        jobs = _run(world, plan, file)
        world.close()
        monitors.close(world.shop.now, world.shop.names)
        write_violations(monitors.violations, directory)
        _write(world, jobs, plan, directory)
        summary = {
            "seed": task.config.seed,
            "config_digest": before["config_digest"],
            "platform": task.config.platform,
            "on": clock(world.end * DAY)[:10],
            "first_event_of_jobs": first,
            "events": world.shop.log.rows,
            "jobs": [
                _told(place, job, planned)
                for place, (job, (planned, _)) in enumerate(zip(jobs, plan, strict=True), 1)
            ],
            "violations": len(monitors.violations),
            "sales": sales(world.shop),
        }
        summary |= measured(world.shop.log.rows, time.perf_counter() - began, time.perf_counter() - began)
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (directory / "summary.json").write_text(text, encoding="utf-8", newline="\n")
    return summary


def _check(world: World, before: Mapping[str, Any], run: Path) -> None:
    """Replay, and hold it against what the run said of itself."""
    world.run()
    after = {
        "platform": world.config.platform,
        "days": world.end - world.start,
        "events": world.shop.log.rows,
        "orders": world.orders_by_status(),
        "shipments": world.shop.parcels,
        "sales": {
            f"{rate}%": {"with_tax": total, "tax": tax} for rate, (total, tax) in world.shop.tally.tax.items()
        },
    }
    for key in _SAME:
        if after[key] != before[key]:
            ja, en = f"元の実行と同じ {before[key]}", f"the same as in the run: {before[key]}"
            raise refuse(str(run), f"summary.json {key}", after[key], ja, en)


def _run(world: World, plan: Sequence[tuple[Planned, Any]], file: Path) -> list[Job]:
    """Each job at its time, or once the one before has ended."""
    shop, jobs = world.shop, []
    now = world.end * DAY + _OPENS
    number = engine.by_shown_number(shop)
    for i, (planned, args) in enumerate(plan):
        at = now
        if planned.at is not None:
            at = world.end * DAY + int(planned.at[:2]) * 3600 + int(planned.at[3:]) * 60
            if at < now and i:
                ja, en = "前のジョブの完了後の時刻", "a time after the job before has ended"
                raise BadInput([Problem(str(file), f"job[{i + 1}].at", planned.at, ja, en)])
        world.go_on(at)
        try:
            job = engine.register(shop, planned.kind, planned.select, args, number=number)
        except KeyError as unknown:
            ja, en = "この店舗にある受注番号", "the number of an order that the shop has"
            found = str(unknown.args[0])
            raise BadInput([Problem(str(file), f"job[{i + 1}].select.picked", found, ja, en)]) from None
        now = at + 60 * shop.config.jobs.delay_minutes
        world.go_on(now + 1)
        now += 60
        jobs.append(job)
    return jobs


def _stem(place: int, job: Job, planned: Planned) -> str:
    """What the files of the file's nth job begin with."""
    kept = "".join(c if c.isalnum() or c in "-_" else "_" for c in planned.name)
    return f"{place:02d}_{kept or job.kind}"


def _write(world: World, jobs: list[Job], plan: Sequence[tuple[Planned, Any]], directory: Path) -> None:
    rows = []
    for place, (job, (planned, _)) in enumerate(zip(jobs, plan, strict=True), 1):
        stem = _stem(place, job, planned)
        (directory / f"{stem}.csv").write_bytes(job.results.csv(world.shop.names, job.orders))
        for artefact in job.artefacts:
            (directory / f"{stem}_{artefact.name}").write_bytes(artefact.content)
        rows.append(_told(place, job, planned))
    frame = pl.DataFrame([{**row, "files": ";".join(row["files"])} for row in rows])
    frame.write_csv(directory / "jobs.csv")


def _told(place: int, job: Job, planned: Planned) -> dict[str, Any]:
    """One job as jobs.csv and summary.json tell it."""
    stem = _stem(place, job, planned)
    return {
        "job": job.number, "name": planned.name, "kind": job.kind, "select": job.selection.how,
        "registered_at": clock(job.registered_at), "ended_at": clock(job.ended_at), "state": job.state,
        "hits": job.hits, "targets": len(job.orders), **job.results.counts(),
        "notice_ja": job.notices[-1].ja, "notice_en": job.notices[-1].en,
        "files": [f"{stem}.csv", *(f"{stem}_{artefact.name}" for artefact in job.artefacts)],
    }  # fmt: skip


def show(summary: Mapping[str, Any], out: Path, lang: Language) -> None:
    """Print what became of the jobs as a table."""
    from rich.console import Console
    from rich.table import Table

    def say(ja: str, en: str) -> str:
        return ja if lang == "ja" else en

    table = Table(title=say("一括処理の結果", "What the bulk jobs came to"))
    for head in (say("ジョブ", "Job"), say("状態", "State"), say("対象", "Targets"), say("失敗", "Failed")):
        table.add_column(head)
    for job in summary["jobs"]:
        table.add_row(job["files"][0], job[f"notice_{lang}"], f"{job['targets']:,}", f"{job['failed']:,}")
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{say('出力先', 'Written to')}: {out}", markup=False, soft_wrap=True)

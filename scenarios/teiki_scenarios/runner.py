"""`teiki run`: plays scenario files, one after another or side by side, and reports what came of each."""

from __future__ import annotations

import json
import multiprocessing
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from teiki_scenarios.junit import write_junit
from teiki_scenarios.language import BadInput, Language, Problem, by_locale
from teiki_scenarios.output import check_out, whole_directory
from teiki_scenarios.playing import Played, play
from teiki_scenarios.replications import check_door
from teiki_scenarios.scenario_file import SUFFIX, find, read
from teiki_scenarios.scenario_schema import schema
from teiki_sim.log.parquet import ParquetSink

__all__ = ["Outcome", "run_scenarios", "schema"]

FAILED, BAD_INPUT = 1, 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file played. ``error`` is what broke where the engine itself failed."""

    file: str
    played: Played
    error: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the scenario came as expected."""
        return not self.error and self.played.passed

    def result(self) -> dict[str, Any]:
        """The outcome as JSON has it; equal in every run."""
        played = self.played
        return {
            "file": Path(self.file).name,
            "name": played.name,
            "rules": list(played.rules),
            "passed": self.passed,
            "steps": played.steps,
            "events": played.events,
            "violations": list(played.violations),
            "misses": [{"place": m.place, "ja": m.ja, "en": m.en} for m in played.misses],
            "error": self.error,
        }


def run_scenarios(
    paths: Sequence[str | Path] = (),
    door: str = "direct",
    workers: int = 1,
    junit: str | Path | None = None,
    out: str | Path | None = None,
    lang: Language | None = None,
    *,
    as_json: bool = False,
    quiet: bool = False,
    console: Console | None = None,
) -> int:
    """Play the scenarios that paths name (default: the library); 0, 1 where one fails, 2 for bad files.

    ``junit`` gets the results as JUnit XML. ``out`` gets run.json and each scenario's events.parquet.
    """
    lang = lang or by_locale()
    console = console or Console(highlight=False)
    try:
        check_door(door)
        if out is not None:
            check_out(Path(out))
        files = find(paths)
        _read_all(files)
        with whole_directory(Path(out)) if out is not None else nullcontext() as directory:
            outcomes = list(_play_all(files, door, workers, directory))
            if directory is not None:
                _write_results(directory, outcomes)
        if junit is not None:
            write_junit(Path(junit), outcomes, lang)
    except BadInput as bad:
        Console(stderr=True, highlight=False, soft_wrap=True).print(bad.render(lang), markup=False)
        return BAD_INPUT
    if as_json:
        console.print_json(json.dumps([outcome.result() for outcome in outcomes], ensure_ascii=False))
    elif not quiet:
        _show(console, outcomes, lang)
    return 0 if all(outcome.passed for outcome in outcomes) else FAILED


def _read_all(files: Sequence[Path]) -> None:
    """Every file is read before anything is played, so that bad ones are named together."""
    problems: list[Problem] = []
    for file in files:
        try:
            read(file)
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)


def _play_all(files: Sequence[Path], door: str, workers: int, out: Path | None) -> Iterator[Outcome]:
    tasks = [(str(file), door, None if out is None else str(out / _stem(file))) for file in files]
    if workers <= 1 or len(tasks) <= 1:
        yield from map(play_file, tasks)
        return
    # Spawned, not forked: the libraries underneath have threads of their own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context) as pool:
        yield from pool.map(play_file, tasks)


def play_file(task: tuple[str, str, str | None]) -> Outcome:
    """Play one file; its log goes to a directory where one is named."""
    file, door, directory = task
    scenario = read(file)
    began = time.perf_counter()
    sinks = []
    if directory is not None:
        Path(directory).mkdir(parents=True, exist_ok=True)
        sinks.append(lambda names: ParquetSink(Path(directory) / "events.parquet", names))
    try:
        played, error = play(scenario, door, sinks), ""
    except BadInput:
        raise
    except Exception:  # noqa: BLE001 - a broken engine is a result too, and the others go on
        error = traceback.format_exc()
        played = Played(scenario.name, tuple(scenario.rules), (), len(scenario.steps), 0, ())
    return Outcome(file, played, error, time.perf_counter() - began)


def _stem(file: Path) -> str:
    return file.name.removesuffix(SUFFIX)


def _write_results(directory: Path, outcomes: Sequence[Outcome]) -> None:
    text = json.dumps([outcome.result() for outcome in outcomes], ensure_ascii=False, indent=2)
    (directory / "run.json").write_text(text + "\n", encoding="utf-8")


_HEADERS = {
    "ja": ("結果", "シナリオ", "規則", "手順", "出来事", "違反"),
    "en": ("result", "scenario", "rules", "steps", "events", "violations"),
}


def _show(console: Console, outcomes: Sequence[Outcome], lang: Language) -> None:
    table = Table(*_HEADERS[lang], box=None, pad_edge=False)
    for outcome in outcomes:
        played = outcome.played
        mark = "[green]OK[/]" if outcome.passed else "[red]NG[/]"
        found = ", ".join(sorted({text.split()[0] for text in played.violations})) or "-"
        rules = ", ".join(played.rules[:4]) + (" …" if len(played.rules) > 4 else "")
        table.add_row(mark, _in(lang, played.name), rules, str(played.steps), str(played.events), found)
    console.print(table)
    for outcome in outcomes:
        if not outcome.passed:
            console.print(f"\n[red]NG[/] {outcome.played.name} ({outcome.file})")
            for text in texts(outcome, lang):
                console.print(text, markup=False, soft_wrap=True)
    passed = sum(outcome.passed for outcome in outcomes)
    console.print(
        f"\n{len(outcomes)}件中 {passed}件が期待どおり"
        if lang == "ja"
        else f"\n{passed} of {len(outcomes)} as expected"
    )


def _in(lang: Language, name: str) -> str:
    """A name written as "日本語 / English", in one language."""
    ja, _, en = name.partition(" / ")
    return en if en and lang == "en" else ja


def texts(outcome: Outcome, lang: Language) -> list[str]:
    """What went wrong, a text each."""
    told: set[tuple[str, ...]] = set()
    found = [outcome.error] if outcome.error else []
    for miss in outcome.played.misses:
        again = bool(miss.timeline) and miss.timeline in told
        told.add(miss.timeline)
        as_above = "  (経過は上と同じ)" if lang == "ja" else "  (what happened: as above)"
        found.append(f"{miss.head(lang)}\n{as_above}" if again else miss.text(lang))
    return found

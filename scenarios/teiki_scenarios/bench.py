"""The benchmark: ``python -m teiki_scenarios.bench``.

Each figure is measured in a process of its own, each ratio within one repetition, and medians of the
repetitions are printed beside their bars as a Markdown table.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Protocol

Figures = dict[str, float]

EVENTS_PER_PARCEL = 5
"""A parcel's share of a simulation in the coin of the bare loop: generate, charge, pack, ship, capture."""


@dataclass(frozen=True)
class Sizes:
    """How much is run."""

    subscriptions: int = 100_000
    months: int = 12
    small: int = 5_000
    detection: int = 20_000
    detection_months: int = 12
    bare_events: int = 1_000_000
    repeat: int = 5
    smoke: bool = False
    """Too small for the bars: shows only that everything can be measured."""


class Measured(Protocol):
    """What a table says of how it was measured."""

    @property
    def repeat(self) -> int:
        """How many times."""

    @property
    def smoke(self) -> bool:
        """Whether it only shows that everything can be measured."""


QUICK = Sizes(2_000, 3, 500, 1_000, 3, 100_000, 1, smoke=True)


@dataclass(frozen=True)
class Line:
    """One figure; with a bar it is met or not."""

    en: str
    ja: str
    figure: str
    bar: str = ""
    met: bool | None = None


def measure(name: str, **arguments: int) -> Figures:
    """One figure (or several of one run) from a fresh process."""
    say(f"{name} {' '.join(f'{k}={v}' for k, v in arguments.items())}")
    command = [sys.executable, "-m", "teiki_scenarios.bench_runs", name, json.dumps(arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def default_run() -> float:
    """Seconds of ``teiki simulate`` on the sample shop, from start to exit, report included."""
    say("teiki simulate")
    with tempfile.TemporaryDirectory() as directory:
        command = [
            sys.executable,
            "-m",
            "teiki_scenarios",
            "simulate",
            "--quiet",
            "--out",
            f"{directory}/out",
        ]
        before = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        return perf_counter() - before


def repetition(sizes: Sizes) -> Figures:
    """All timed figures once."""
    rate = measure("bare", events=sizes.bare_events)["rate"]
    many = {"subscriptions": sizes.subscriptions, "months": sizes.months}
    full = measure("population", **many, watched=True)
    alone = measure("monitors", **many)["seconds"]
    engine = measure("population", **many, watched=False)["wall"]
    small = measure("population", subscriptions=sizes.small, months=sizes.months, watched=True)
    each, small_each = full["wall"] / full["parcels"], small["wall"] / small["parcels"]
    return {
        "rate": rate,
        "population": full["population"],
        "wall": full["wall"],
        "engine": engine,
        "monitors": alone,
        "beside": full["monitors"],
        "parcels": full["parcels"],
        "rows": full["rows"],
        "each": each,
        "small_each": small_each,
        "bytes": full["bytes"],
        "small_bytes": small["bytes"],
        "bare_ratio": each * rate / EVENTS_PER_PARCEL,
        "growth": each / small_each,
        "monitors_ratio": alone / engine,
        "monitors_bare": alone / full["parcels"] * rate / EVENTS_PER_PARCEL,
        "default": default_run(),
    }


def lines(sizes: Sizes) -> list[Line]:
    """Everything measured, in the table's order."""
    runs = [repetition(sizes) for _ in range(sizes.repeat)]
    m = {name: median(run[name] for run in runs) for name in runs[0]}
    found = measure("careless", subscriptions=sizes.detection, months=sizes.detection_months)
    quiet = measure("calm", subscriptions=sizes.detection, months=sizes.detection_months)["violations"]
    return _timed(sizes, m) + _detected(found, quiet)


def _timed(sizes: Sizes, m: Figures) -> list[Line]:
    n, small = f"{sizes.subscriptions:,}", f"{sizes.small:,}"
    micro = 1e6
    return [
        Line("bare simpy loop, events a second", "simpy だけの空ループ、毎秒イベント数", f"{m['rate']:,.0f}"),
        Line(
            f"{n} subscriptions × {sizes.months} months: parcels; log rows; rows a parcel",
            f"定期{n}件×{sizes.months}か月：出荷個数、ログ行数、1個あたり行数",
            f"{m['parcels']:,.0f}; {m['rows']:,.0f}; {m['rows'] / m['parcels']:.1f}",
        ),
        Line(
            "engine, log and monitors, wall",
            "エンジン・ログ・監視の合計時間",
            f"{m['wall']:.1f} s",
        ),
        Line("engine and log without monitors, wall", "監視なし（エンジンとログ）の時間", f"{m['engine']:.1f} s"),
        Line(
            "monitors' own time, nothing beside them (beside the engine, on the other core)",
            "監視だけの時間、単独で（エンジンと並走、もう一つのコアで）",
            f"{m['monitors']:.1f} s ({m['beside']:.1f} s)",
        ),
        Line("making the population, not counted above", "定期データの生成（上に含まず）", f"{m['population']:.1f} s"),
        _at_most(
            f"wall ÷ bare time of {EVENTS_PER_PARCEL} events a parcel",
            f"合計時間 ÷ 1個あたり{EVENTS_PER_PARCEL}イベントの空ループ時間",
            m["bare_ratio"], 4, lambda x: f"{x:.2f}", "≤ 4 (2.5)",
        ),
        _at_most(
            f"time a parcel, {n} ÷ {small} ({m['each'] * micro:.1f} ÷ {m['small_each'] * micro:.1f} µs)",
            f"1個あたり時間、{n}件 ÷ {small}件（{m['each'] * micro:.1f} ÷ {m['small_each'] * micro:.1f} µs）",
            m["growth"], 1.3, lambda x: f"{x:.2f}", "≤ 1.3",
        ),
        _at_most(
            f"peak memory above the imports, a subscription ({small}: {m['small_bytes'] / 1000:.2f} kB)",
            f"最大メモリ（読み込み分を除く）、定期1件あたり（{small}件では {m['small_bytes'] / 1000:.2f} kB）",
            m["bytes"], 1200, lambda x: f"{x / 1000:.2f} kB", "≤ 1.2 kB",
        ),
        _at_most(
            "monitors ÷ engine and log", "監視 ÷ エンジンとログ",
            m["monitors_ratio"], 0.5, lambda x: f"{x:.2f}", "≤ 0.5",
        ),
        _at_most(
            "monitors of all 55 invariants ÷ bare time of 5 events a parcel",
            "55の不変条件の監視 ÷ 荷物1個5イベントの素の時間",
            m["monitors_bare"], 1.0, lambda x: f"{x:.2f}", "≤ 1",
        ),
        _at_most(
            "`teiki simulate`, report included", "`teiki simulate`（レポート込み）",
            m["default"], 15, lambda x: f"{x:.1f} s", "< 15 s",
        ),
    ]  # fmt: skip


def _detected(found: Figures, quiet: float) -> list[Line]:
    injected, hits, false = (int(found[name]) for name in ("injected", "found", "false"))
    recall, precision = hits / max(injected, 1), hits / max(hits + false, 1)
    return [
        Line(
            f"careless people: recall ({hits:,} of {injected:,} broken invariants found)",
            f"不注意な運用：再現率（違反 {injected:,} 件中 {hits:,} 件を検出）",
            f"{recall:.4f}", "1", hits == injected,
        ),
        Line(
            f"careless people: precision ({false:,} violations answer no slip)",
            f"不注意な運用：適合率（原因のない検出 {false:,} 件）",
            f"{precision:.4f}", "1", false == 0,
        ),
        Line("`--calm`: violations", "`--calm`：違反", f"{quiet:.0f}", "0", quiet == 0),
    ]  # fmt: skip


def _at_most(
    en: str, ja: str, figure: float, bar: float, show: Callable[[float], str], bar_text: str
) -> Line:
    return Line(en, ja, show(figure), bar_text, figure <= bar)


_HEADINGS = {"en": ("figure", "measured", "bar", "met"), "ja": ("項目", "実測", "基準", "達成")}
_MET = {"en": {True: "yes", False: "**no**", None: ""}, "ja": {True: "○", False: "**×**", None: ""}}


def table(found: Sequence[Line], sizes: Measured, lang: str) -> str:
    """The Markdown table, with what it was measured on."""
    cores, python = os.cpu_count(), platform.python_version()
    if lang == "ja":
        on = f"CPython {python}、{cores}コア、{sizes.repeat}回の中央値。比は同じ回の中で取ったもの。"
    else:
        on = f"CPython {python}, {cores} cores, medians of {sizes.repeat}; ratios are taken within one repetition."
    if sizes.smoke:
        on += (
            " 動作確認用の小さな規模で、基準との比較はできない。"
            if lang == "ja"
            else " A smoke test, too small for the bars."
        )
    met = _MET[lang]
    rows = [_HEADINGS[lang], ("---", "---:", "---:", "---")]
    rows += [
        (getattr(line, lang), line.figure, line.bar, met[None if sizes.smoke else line.met]) for line in found
    ]
    return "\n".join([on, "", *(f"| {' | '.join(row)} |" for row in rows)])


def fill(document: Path, found: Sequence[Line], sizes: Measured, mark: str = "bench") -> None:
    """Put the table between a document's marks, in the document's language."""
    text = document.read_text(encoding="utf-8")
    block = table(found, sizes, "ja" if document.name.endswith(".ja.md") else "en")
    filled, n = re.subn(
        rf"(?s)(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda m: f"{m[1]}{block}\n{m[2]}", text
    )
    if n != 1:
        raise SystemExit(f"{document}: {n} blocks from <!-- {mark} --> to <!-- /{mark} -->, 1 expected")
    document.write_text(filled, encoding="utf-8")


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; fill the documents that were named."""
    parser = argparse.ArgumentParser(prog="python -m teiki_scenarios.bench", description=__doc__)
    add: Any = parser.add_argument
    add("--subscriptions", type=int, default=Sizes.subscriptions)
    add("--months", type=int, default=Sizes.months)
    add("--repeat", type=int, default=Sizes.repeat)
    add("--quick", action="store_true", help="small sizes, once: shows that it runs, measures nothing")
    add("--into", type=Path, nargs="+", default=[], metavar="FILE", help="documents whose block is filled")
    asked = parser.parse_args(arguments)
    sizes = QUICK if asked.quick else Sizes(asked.subscriptions, asked.months, repeat=asked.repeat)
    found = lines(sizes)
    print(table(found, sizes, "en"))
    for document in asked.into:
        fill(document, found, sizes)


if __name__ == "__main__":
    main()

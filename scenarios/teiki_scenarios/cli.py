"""The command line: `teiki`.

Importing this module is cheap, so that `--help` answers at once: a command imports what it needs.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from teiki_scenarios.language import BadInput, Language, by_locale

__all__ = ["app", "main"]

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

_LOCALE = by_locale()


def _say(ja: str, en: str) -> str:
    """Help is written before options are read, so it follows the locale."""
    return ja if _LOCALE == "ja" else en


app = typer.Typer(
    name="teiki",
    help=_say("日本の定期通販のシミュレーター", "A simulator of subscription commerce in Japan."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Platform = Literal["subscstore", "ecforce", "tamago", "marketplace"]
Door = Literal["direct", "spoken", "inprocess", "server"]
_Some = typer.Option
Lang = Annotated[
    Language | None,
    _Some("--lang", help=_say("表示の言語(既定はロケール)", "Language of messages (default: by locale).")),
]
Quiet = Annotated[bool, _Some("--quiet", "-q", help=_say("エラー以外は表示しない", "Print errors only."))]
Json = Annotated[
    bool, _Some("--json", help=_say("結果を JSON で標準出力に", "Print the result as JSON, nothing else."))
]
PlatformOption = Annotated[Platform | None, _Some("--platform", help=_say("カート", "The shop's platform."))]
Book = Annotated[Path | None, _Some("--book", metavar="CSV", help=_say("定期台帳", "The subscription book."))]
Orders = Annotated[
    Path | None, _Some("--orders", metavar="CSV", help=_say("未出荷の受注", "Open orders, not yet shipped."))
]
Mapping_ = Annotated[
    Path | None,
    _Some(
        "--mapping",
        metavar="TOML",
        help=_say("列名・値の対応表", "How other headers and values are called here."),
    ),
]
SkipBadRows = Annotated[
    bool,
    _Some(
        "--skip-bad-rows", help=_say("読めない行を除外して続ける", "Leave bad rows out, into rejects.csv.")
    ),
]
Subscriptions = Annotated[
    int | None,
    _Some("--subscriptions", metavar="N", help=_say("生成する定期の件数", "Size of a generated population.")),
]
Months = Annotated[int | None, _Some("--months", metavar="N", help=_say("期間(月)", "Months to simulate."))]
Start = Annotated[str | None, _Some("--start", metavar="DATE", help=_say("開始日", "First day."))]
Seed = Annotated[int | None, _Some("--seed", metavar="N", help=_say("乱数の種", "Seed of every draw."))]
Rates = Annotated[
    Path | None,
    _Some(
        "--rates", metavar="TOML", help=_say("重ねる設定(率など)", "A partial configuration laid over it.")
    ),
]
Calm = Annotated[
    bool,
    _Some(
        "--calm",
        help=_say(
            "変更・失敗・ミス・新規なし", "No changes, failures, slips or inflow: the schedules alone."
        ),
    ),
]
Workers = Annotated[
    int, _Some("--workers", min=1, metavar="N", help=_say("並列数", "Processes for the replications."))
]
Out = Annotated[Path, _Some("--out", "-o", metavar="DIR", help=_say("出力先", "Output directory."))]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("teiki"))
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        _Some("--version", callback=_version, is_eager=True, help=_say("版を表示", "Print the version.")),
    ] = False,
) -> None:
    pass


@app.command(
    help=_say("店舗の数か月を動かし、起きたことを書き出す", "Run months of a shop and write what happened.")
)
def simulate(
    config: Annotated[
        Path | None,
        typer.Argument(
            help=_say("設定(TOML)。なければ見本の店舗", "Configuration (TOML); without one, the sample shop.")
        ),
    ] = None,
    platform: PlatformOption = None,
    book: Book = None,
    orders: Orders = None,
    mapping: Mapping_ = None,
    skip_bad_rows: SkipBadRows = False,
    subscriptions: Subscriptions = None,
    months: Months = None,
    start: Start = None,
    seed: Seed = None,
    rates: Rates = None,
    slips: Annotated[
        str | None,
        _Some(
            "--slips", metavar="none|typical|careless|TOML", help=_say("人為ミス", "Slips of the operators.")
        ),
    ] = None,
    calm: Calm = False,
    replications: Annotated[
        int, _Some("--replications", min=1, metavar="N", help=_say("繰り返しの数", "Runs on different luck."))
    ] = 1,
    workers: Workers = 1,
    door: Annotated[
        Door, _Some("--door", help=_say("決済会社への接続方法", "How providers are reached."))
    ] = "direct",
    compare: Annotated[
        Path | None,
        _Some("--compare", metavar="TOML", help=_say("比べる設定", "A configuration to compare with.")),
    ] = None,
    fail_on_violation: Annotated[
        bool,
        _Some(
            "--fail-on-violation",
            help=_say("違反があれば終了コード1", "Exit with 1 when there is a violation."),
        ),
    ] = False,
    print_config: Annotated[
        bool,
        _Some("--print-config", help=_say("有効な設定を表示して終わる", "Print the configuration and exit.")),
    ] = False,
    out: Out = Path("out"),
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run months of a shop and write what happened."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios.inputs import Given, gather
        from teiki_scenarios.language import refuse

        if compare is not None:
            ja = "指定なし(比較は今後の版で提供します)"
            raise refuse("teiki", "--compare", compare, ja, "nothing: comparing comes in a later version")
        given = Given(
            config, platform, book, orders, mapping, skip_bad_rows, subscriptions, months, start, seed, rates, slips, calm
        )  # fmt: skip
        inputs = gather(given)
        if print_config:
            from teiki_sim.config import print_config as as_toml

            typer.echo(as_toml(inputs.config), nl=False)
            return
        from teiki_scenarios.output import check_out
        from teiki_scenarios.replications import check_door
        from teiki_scenarios.simulation import Origin
        from teiki_scenarios.simulation import simulate as run
        from teiki_scenarios.summary import show

        check_door(door)
        check_out(out)
        if not quiet:
            for remark in inputs.remarks(language):
                typer.echo(remark, err=True)
        book_columns, open_orders = inputs.opening()
        with progress_bar(language, quiet or as_json) as progress:
            summary = run(
                inputs.config,
                book_columns,
                open_orders,
                out,
                replications=replications,
                workers=workers,
                door=door,
                lang=language,
                progress=progress,
                origin=Origin(inputs.digest, inputs.facts, inputs.rejects),
            )
        report(summary, out, language, quiet, as_json, show)
    if fail_on_violation and summary["by_severity"].get("violation"):
        raise typer.Exit(FAILED)


@app.command(help=_say("日ごとの出荷個数を予測する", "Forecast the shipments of each day."))
def forecast(
    config: Annotated[
        Path | None,
        typer.Argument(
            help=_say("設定(TOML)。なければ見本の店舗", "Configuration (TOML); without one, the sample shop.")
        ),
    ] = None,
    platform: PlatformOption = None,
    book: Book = None,
    orders: Orders = None,
    mapping: Mapping_ = None,
    skip_bad_rows: SkipBadRows = False,
    subscriptions: Subscriptions = None,
    months: Months = None,
    start: Start = None,
    as_of: Annotated[
        str | None,
        _Some(
            "--as-of",
            metavar="DATE",
            help=_say("台帳の時点(その夜から予測)", "The evening as of which the book stands."),
        ),
    ] = None,
    seed: Seed = None,
    rates: Rates = None,
    calm: Calm = False,
    replications: Annotated[
        int, _Some("--replications", min=1, metavar="N", help=_say("繰り返しの数", "Runs on different luck."))
    ] = 100,
    engine: Annotated[
        Literal["columns", "events"], _Some("--engine", help=_say("計算方法", "How days are worked out."))
    ] = "events",
    executor: Annotated[
        Literal["local", "dask", "ray"],
        _Some("--executor", help=_say("実行環境", "Where replications run.")),
    ] = "local",
    workers: Workers = 1,
    capacity: Annotated[
        int | None,
        _Some(
            "--capacity", min=1, metavar="N", help=_say("倉庫の1日の出荷上限", "Parcels a day that leave.")
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        _Some("--compare", metavar="TOML", help=_say("比べる設定", "A configuration to compare with.")),
    ] = None,
    ageing: Annotated[
        bool, _Some("--ageing", help=_say("未出荷の日数", "Ages of unshipped orders."))
    ] = False,
    out: Out = Path("out"),
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Forecast the shipments of each day."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios.forecasting import check_engine, evening, show
        from teiki_scenarios.forecasting import forecast as run
        from teiki_scenarios.inputs import Given, gather
        from teiki_scenarios.language import refuse
        from teiki_scenarios.output import check_out
        from teiki_scenarios.simulation import Origin

        for option, value in (("--compare", compare), ("--ageing", ageing)):
            if value:
                ja, en = "指定なし(今後の版で提供します)", "nothing: it comes in a later version"
                raise refuse("teiki", option, value, ja, en)
        check_engine(engine, executor)
        seen, start = evening(as_of, start)
        given = Given(
            config, platform, book, orders, mapping, skip_bad_rows, subscriptions, months, start, seed, rates,
            unknown_methods="warn",
        )  # fmt: skip
        inputs = gather(given)
        check_out(out)
        if not quiet:
            for remark in inputs.remarks(language):
                typer.echo(remark, err=True)
        # What is calm about it is left to the forecast: net still knows what the book holds back.
        book_columns, open_orders = inputs.opening()
        with progress_bar(language, quiet or as_json) as progress:
            summary = run(
                inputs.config,
                book_columns,
                open_orders,
                out,
                replications=replications,
                workers=workers,
                engine=engine,
                executor=executor,
                lang=language,
                progress=progress,
                capacity=capacity,
                as_of=seen,
                calm=calm,
                origin=Origin(inputs.digest, inputs.facts, inputs.rejects),
            )
        report(summary, out, language, quiet, as_json, show)


@app.command(help=_say("規則の一覧", "The catalogue of rules."))
def rules(
    platform: PlatformOption = None,
    format_: Annotated[
        Literal["table", "json", "md"], _Some("--format", help=_say("書式", "How to print it."))
    ] = "table",
    events: Annotated[
        bool, _Some("--events", help=_say("イベントの種類の一覧", "The closed list of event kinds."))
    ] = False,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Print the catalogue of rules, or the kinds of events."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios import rule_list

        rows = rule_list.kinds(platform) if events else rule_list.rules(platform)
        rule_list.show(rows, "json" if as_json else format_, language, events)


# ---- what the commands share ---------------------------------------------------------------------


@contextmanager
def answering(lang: Language) -> Iterator[None]:
    """Bad input ends in its message and exit code 2, Ctrl-C in 130; neither in a traceback."""
    try:
        yield
    except BadInput as bad:
        typer.echo(bad.render(lang), err=True)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        typer.echo("中断しました" if lang == "ja" else "Interrupted", err=True)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def progress_bar(lang: Language, hidden: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr, where that is a terminal."""
    if hidden or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("実行中" if lang == "ja" else "Running", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def report(
    summary: Mapping[str, Any],
    out: Path,
    lang: Language,
    quiet: bool,
    as_json: bool,
    show: Callable[[Mapping[str, Any], Path, Language], None],
) -> None:
    """Print a summary: as JSON, as a table, or not at all."""
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    elif not quiet:
        show(summary, out, lang)


def main() -> None:
    """Entry point of `teiki`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without Japanese shows ? and goes on
            stream.reconfigure(errors="replace")
    app()

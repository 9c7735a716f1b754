"""The command line: `teiki`.

Importing this module is cheap, so that `--help` answers at once: a command imports what it needs.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from teiki_scenarios import options as opt
from teiki_scenarios.language import by_locale
from teiki_scenarios.options import Some, say
from teiki_scenarios.screen import FAILED, answering, progress_bar, report

__all__ = ["app", "main"]

app = typer.Typer(
    name="teiki",
    help=say("日本の定期通販のシミュレーター", "A simulator of subscription commerce in Japan."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("teiki"))
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        Some("--version", callback=_version, is_eager=True, help=say("版を表示", "Print the version.")),
    ] = False,
) -> None:
    pass


@app.command(
    help=say("店舗の数か月を動かし、起きたことを書き出す", "Run months of a shop and write what happened.")
)
def simulate(
    config: opt.Shop = None,
    platform: opt.Platform = None,
    book: opt.Book = None,
    orders: opt.Orders = None,
    mapping: opt.Mapping = None,
    skip_bad_rows: opt.SkipBadRows = False,
    subscriptions: opt.Subscriptions = None,
    months: opt.Months = None,
    start: opt.Start = None,
    seed: opt.Seed = None,
    rates: opt.Rates = None,
    slips: Annotated[
        str | None,
        Some(
            "--slips", metavar="none|typical|careless|TOML", help=say("人為ミス", "Slips of the operators.")
        ),
    ] = None,
    calm: opt.Calm = False,
    replications: opt.Replications = 1,
    workers: opt.Workers = 1,
    door: opt.Door = "direct",
    compare: opt.Compare = None,
    fail_on_violation: opt.FailOnViolation = False,
    print_config: Annotated[
        bool,
        Some("--print-config", help=say("有効な設定を表示して終わる", "Print the configuration and exit.")),
    ] = False,
    out: opt.Out = Path("out"),
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Run months of a shop and write what happened."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios.inputs import Given, gather, other_config

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

        other = None if compare is None else other_config(given, inputs, compare)
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
                other=other,
                other_file=compare or "",
            )
        report(summary, out, language, quiet, as_json, show)
    if fail_on_violation and summary["by_severity"].get("violation"):
        raise typer.Exit(FAILED)


@app.command(help=say("日ごとの出荷個数を予測する", "Forecast the shipments of each day."))
def forecast(
    config: opt.Shop = None,
    platform: opt.Platform = None,
    book: opt.Book = None,
    orders: opt.Orders = None,
    mapping: opt.Mapping = None,
    skip_bad_rows: opt.SkipBadRows = False,
    subscriptions: opt.Subscriptions = None,
    months: opt.Months = None,
    start: opt.Start = None,
    as_of: Annotated[
        str | None,
        Some(
            "--as-of",
            metavar="DATE",
            help=say("台帳の時点(その夜から予測)", "The evening as of which the book stands."),
        ),
    ] = None,
    seed: opt.Seed = None,
    rates: opt.Rates = None,
    calm: opt.Calm = False,
    replications: opt.Replications = 100,
    engine: Annotated[
        Literal["columns", "events"], Some("--engine", help=say("計算方法", "How days are worked out."))
    ] = "events",
    executor: Annotated[
        Literal["local", "dask", "ray"],
        Some("--executor", help=say("実行環境", "Where replications run.")),
    ] = "local",
    workers: opt.Workers = 1,
    capacity: Annotated[
        int | None,
        Some("--capacity", min=1, metavar="N", help=say("倉庫の1日の出荷上限", "Parcels a day that leave.")),
    ] = None,
    compare: opt.Compare = None,
    ageing: Annotated[bool, Some("--ageing", help=say("未出荷の日数", "Ages of unshipped orders."))] = False,
    out: opt.Out = Path("out"),
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Forecast the shipments of each day."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios.forecasting import check_engine, evening, show
        from teiki_scenarios.forecasting import forecast as run
        from teiki_scenarios.inputs import Given, gather, other_config
        from teiki_scenarios.language import refuse
        from teiki_scenarios.output import check_out
        from teiki_scenarios.simulation import Origin

        if ageing:
            ja, en = "指定なし(今後の版で提供します)", "nothing: it comes in a later version"
            raise refuse("teiki", "--ageing", ageing, ja, en)
        check_engine(engine, executor)
        seen, start = evening(as_of, start)
        given = Given(
            config, platform, book, orders, mapping, skip_bad_rows, subscriptions, months, start, seed, rates,
            unknown_methods="warn",
        )  # fmt: skip
        inputs = gather(given)
        other = None if compare is None else other_config(given, inputs, compare)
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
                other=other,
                other_file=compare or "",
            )
        report(summary, out, language, quiet, as_json, show)


@app.command(help=say("シナリオを実行し、期待と比べる", "Play scenarios and check what they expect."))
def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help=say(
                "ファイル・ディレクトリ(既定は同梱のシナリオ)", "Files or directories (default: the library)."
            ),
        ),
    ] = None,
    door: opt.Door = "direct",
    workers: Annotated[int, Some("--workers", min=1, metavar="N", help=say("並列数", "Processes."))] = 1,
    junit: Annotated[
        Path | None,
        Some("--junit", metavar="FILE", help=say("JUnit XML の出力先", "Write the results as JUnit XML.")),
    ] = None,
    schema: Annotated[
        bool,
        Some("--schema", help=say("シナリオの JSON Schema を表示", "Print the JSON Schema of a scenario.")),
    ] = False,
    out: Annotated[
        Path | None,
        Some("--out", "-o", metavar="DIR", help=say("結果とログの出力先", "Write results and logs here.")),
    ] = None,
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Play scenario files; exit 1 when one fails."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios import runner

        if schema:
            typer.echo(json.dumps(runner.schema(), ensure_ascii=False, indent=2))
            return
        code = runner.run_scenarios(
            paths or [], door, workers, junit, out, language, as_json=as_json, quiet=quiet
        )
    raise typer.Exit(code)


@app.command(help=say("終わった実行の店舗で一括処理を動かす", "Run bulk jobs on the shop of a finished run."))
def jobs(
    run_dir: Annotated[
        Path,
        typer.Argument(
            metavar="RUN_DIR", help=say("simulate の出力先", "Where a run of simulate was written.")
        ),
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE.toml", help=say("一括処理の一覧", "The jobs to run."))
    ],
    out: opt.Out = Path("jobs"),
    book: opt.PeopleBook = None,
    mapping: opt.Mapping = None,
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Run bulk jobs on the day after a run's end."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios import job_runs

        summary = job_runs.run_jobs(run_dir, file, out, book, mapping)
        report(summary, out, language, quiet, as_json, job_runs.show)


@app.command(help=say("規則の一覧", "The catalogue of rules."))
def rules(
    platform: opt.Platform = None,
    format_: Annotated[
        Literal["table", "json", "md"], Some("--format", help=say("書式", "How to print it."))
    ] = "table",
    events: Annotated[
        bool, Some("--events", help=say("イベントの種類の一覧", "The closed list of event kinds."))
    ] = False,
    vendors: Annotated[
        bool,
        Some(
            "--vendors",
            help=say("決済会社の規則と根拠", "What each payment provider goes by, with its source."),
        ),
    ] = False,
    slips: Annotated[
        bool,
        Some("--slips", help=say("起こせるミスの一覧", "What can go wrong in a simulation, by name.")),
    ] = False,
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Print the catalogue of rules, or the kinds of events."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios import rule_list

        what: rule_list.What = "events" if events else "vendors" if vendors else "slips" if slips else "rules"
        rows = rule_list.rows(what, platform)
        rule_list.show(rows, "json" if as_json else format_, language, what)


@app.command(
    help=say("キャンセル・変更の手順書を、実際に動かして作る", "What to do per method, operation and phase.")
)
def runbook(
    platform: opt.Platform = None,
    payment: Annotated[
        str | None, Some("--payment", metavar="M", help=say("支払方法", "One payment method."))
    ] = None,
    output: Annotated[
        Path | None,
        Some(
            "--output",
            "-o",
            metavar="FILE",
            help=say("出力先 (.md, .html, .csv)", "Write FILE.md, .html or .csv."),
        ),
    ] = None,
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Work the runbook out by playing every cell, and print or write it."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios.runbook import pages

        if output is not None:
            pages.check(output)
        methods = [pages.method_of(payment)] if payment is not None else pages.METHODS
        book = pages.work_out(platform or "subscstore", methods)
        if output is not None:
            pages.write(book, output, language)
        if as_json:
            typer.echo(json.dumps([cell.plain() for cell in book.cells], ensure_ascii=False, indent=2))
        elif output is None and not quiet:
            typer.echo(pages.as_markdown(book, language), nl=False)
        elif output is not None and not quiet:
            typer.echo(pages.told(book, output, language))


@app.command(
    help=say(
        "他で作られたログや受注 CSV を点検する", "The monitors over a log or export that teiki did not make."
    )
)
def audit(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="EVENTS_OR_EXPORT",
            help=say(
                "events.parquet・events.csv、または受注の CSV",
                "events.parquet or .csv, or an order export (CSV).",
            ),
        ),
    ],
    ledger: Annotated[
        list[Path] | None,
        Some(
            "--ledger",
            metavar="CSV",
            help=say("決済会社の明細(複数可)", "The provider's own statement; may be given again."),
        ),
    ] = None,
    mapping: Annotated[
        str | None,
        Some(
            "--mapping",
            metavar="NAME|TOML",
            help=say("対応表: ecforce, subscstore またはファイル", "ecforce, subscstore, or a mapping file."),
        ),
    ] = None,
    skip_bad_rows: opt.SkipBadRows = False,
    fail_on_violation: opt.FailOnViolation = False,
    out: opt.Out = Path("audit"),
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Watch a log or an export and write what was found."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios import auditing
        from teiki_scenarios.output import check_out

        check_out(out)
        source = auditing.source_of(file, ledger or [], mapping, skip_bad_rows)
        told = auditing.audit(source, out, language, skip_bad_rows)
        report(told, out, language, quiet, as_json, auditing.show)
    if fail_on_violation and told["by_severity"].get("violation"):
        raise typer.Exit(FAILED)


@app.command(help=say("決済会社のサンドボックスを起動", "The providers' sandbox as a server."))
def sandbox(
    host: Annotated[
        str,
        Some(
            "--host", metavar="H", help=say("待ち受けるアドレス", "Where to listen; a network needs a token.")
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        Some("--port", min=0, max=65535, metavar="N", help=say("ポート(0 = 空き)", "Port; 0: any free one.")),
    ] = 8640,
    tls_port: Annotated[
        int,
        Some(
            "--tls-port", min=0, max=65535, metavar="N", help=say("TLS のポート(0 = 空き)", "Port for TLS.")
        ),
    ] = 8643,
    db: Annotated[
        Path,
        Some("--db", metavar="FILE", help=say("記録するデータベース", "Journal; a restart goes on from it.")),
    ] = Path("teiki-sandbox.db"),
    config: Annotated[
        Path | None,
        Some(
            "--config",
            metavar="TOML",
            help=say("率や障害の設定", "Rates and faults of the providers, and the seed."),
        ),
    ] = None,
    start: Annotated[
        str | None,
        Some(
            "--start",
            metavar="INSTANT",
            help=say("時計の開始(既定 2026-04-01T09:00:00)", "Where the clock begins (2026-04-01T09:00:00)."),
        ),
    ] = None,
    seed: opt.Seed = None,
    allow_host: Annotated[
        list[str] | None,
        Some(
            "--allow-host",
            metavar="H",
            help=say("許可する他のホスト", "Another host to answer for and to notify."),
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        Some("--set", metavar="NAME=N", help=say("各社の設定", "A provider's setting, as PROVIDER.name=N.")),
    ] = None,
    instruments: Annotated[
        bool,
        Some(
            "--instruments", help=say("試験用の値の一覧を表示して終わる", "List the magic values and exit.")
        ),
    ] = False,
    lang: opt.Lang = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> None:
    """Serve the payment providers; the first line on stdout is JSON."""
    language = lang or by_locale()
    with answering(language):
        from teiki_scenarios import sandbox as served

        if instruments and as_json:
            typer.echo(json.dumps(served.instruments(), ensure_ascii=False, indent=2))
        elif instruments:
            served.show_instruments(language)
        else:
            hosts, pairs = tuple(allow_host or ()), tuple(settings or ())
            asked = served.Asked(host, port, tls_port, db, config, start, seed, hosts, pairs)
            served.open_sandbox(asked, language, quiet or as_json)


def main() -> None:
    """Entry point of `teiki`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without Japanese shows ? and goes on
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _terminated)
    app()


def _terminated(number: int, _frame: object) -> None:
    """End as Ctrl-C does, with what stands half written cleared away."""
    sys.exit(128 + number)

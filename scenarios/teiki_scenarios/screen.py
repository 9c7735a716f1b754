"""What the commands say and how they end: messages, progress, results, exit codes."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from teiki_scenarios.language import BadInput, Language

__all__ = ["BAD_INPUT", "FAILED", "INTERRUPTED", "answering", "progress_bar", "report"]

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


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

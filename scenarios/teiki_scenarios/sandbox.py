"""`teiki sandbox`: the payment providers as a server, from the options to the last answer."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from teiki_providers import instants
from teiki_providers.front_settings import SETTINGS
from teiki_providers.fronts import FRONTS
from teiki_providers.server.journal import InUse
from teiki_providers.server.masking import mask
from teiki_providers.server.seal import SealBroken
from teiki_providers.server.serve import OtherWorld, Settings, new_loop, serve
from teiki_providers.server.world import START, World
from teiki_scenarios.language import Language, refuse
from teiki_scenarios.recorded import routes
from teiki_sim.config import load

__all__ = ["Asked", "instruments", "open_sandbox", "settings_of", "show_instruments"]


@dataclass(frozen=True)
class Asked:
    """The options as they were given."""

    host: str = "127.0.0.1"
    port: int = 8640
    tls_port: int = 8643
    db: Path = Path("teiki-sandbox.db")
    config: Path | None = None
    start: str | None = None
    seed: int | None = None
    allow_hosts: Sequence[str] = ()
    set: Sequence[str] = field(default_factory=tuple)


def settings_of(asked: Asked) -> Settings:
    """What is to be served. Raises BadInput."""
    if not asked.db.resolve().parent.is_dir():
        raise refuse(
            "teiki sandbox",
            "--db",
            asked.db,
            "存在するディレクトリ内のファイル",
            "a file in a directory that exists",
        )
    given: dict[str, Any] = {}
    if asked.config is not None:
        config = load(asked.config)
        given |= {"providers": config.providers, "seed": config.seed}
    if asked.start is not None:
        given["start"] = _start(asked.start)
    if asked.seed is not None:
        if not 0 <= asked.seed < 2**64:
            raise refuse(
                "teiki sandbox",
                "--seed",
                asked.seed,
                "0以上2の64乗未満の整数",
                "a whole number from 0 to 2^64 - 1",
            )
        given["seed"] = asked.seed
    if asked.set:
        given["settings"] = _values(asked.set)
    return Settings(
        asked.db,
        asked.host,
        asked.port,
        asked.tls_port,
        World(**given),
        frozenset(given),
        tuple(asked.allow_hosts),
        extra_routes=routes(),
    )


def _start(written: str) -> int:
    try:
        return instants.parse(written)
    except ValueError:
        ja, en = f"日時 {START}(日本時間)", f"a date and time as {START} (Japanese time)"
        raise refuse("teiki sandbox", "--start", written, ja, en) from None


def _values(pairs: Sequence[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and "." in name and value.lstrip("-").isdecimal()):
            raise refuse("teiki sandbox", "--set", pair, "PROVIDER.名前=整数", "PROVIDER.name=whole number")
        if (setting := SETTINGS.get(name)) is None:
            near = get_close_matches(name, SETTINGS, 1) or list(SETTINGS)
            raise refuse(
                "teiki sandbox", "--set", name, f"設定名: {', '.join(near)}", f"one of {', '.join(near)}"
            )
        if not setting.least <= int(value) <= setting.most:
            ja, en = (f"{setting.least}〜{setting.most}", f"{setting.least} to {setting.most}")
            raise refuse("teiki sandbox", "--set", pair, ja, en)
        found[name] = int(value)
    return found


def open_sandbox(asked: Asked, lang: Language, quiet: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; the first line on stdout says where. Raises BadInput."""
    settings = settings_of(asked)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(_masked)
    loop = new_loop()
    try:
        loop.run_until_complete(_serve(settings, lang, quiet))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _masked(record: logging.LogRecord) -> bool:
    """No log line shows what could be a card number."""
    record.msg, record.args = mask(record.getMessage()), ()
    return True


async def _serve(settings: Settings, lang: Language, quiet: bool) -> None:
    try:
        served = await serve(settings)
    except OtherWorld as other:
        ja = f"このデータベースの値 {other.kept}(別の値には別の --db)"
        en = f"{other.kept}, with which this database began (another --db for another value)"
        raise refuse(str(settings.db), other.name, other.asked, ja, en) from None
    except InUse as error:
        ja, en = "他で開いていない teiki のデータベース", "a database of teiki that nobody else has open"
        raise refuse("teiki sandbox", "--db", f"{settings.db}: {error}", ja, en) from None
    except SealBroken as error:
        ja, en = "データベースと同じ場所の .keys", "the .keys directory that belongs to the database"
        raise refuse(str(settings.db), "--db", error, ja, en) from None
    except OSError as error:
        ja, en = (
            "使えるアドレスとポート(0 = 空いているもの)",
            "an address and port to listen on (0: any free one)",
        )
        raise refuse(
            "teiki sandbox", "--host / --port / --tls-port", error.strerror or error, ja, en
        ) from None
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, served.stop.set)
    print(json.dumps(served.line), flush=True)
    if not quiet:
        ready = "待ち受け中です。Ctrl-C で終了します" if lang == "ja" else "Listening. Ctrl-C ends it"
        print(f"{ready} ({served.line['http']}/__sandbox/openapi.json)", file=sys.stderr, flush=True)
    await served.until_stopped()


def instruments() -> list[dict[str, Any]]:
    """Every magic value of every dialect."""
    house = World().house(FRONTS)
    return [one._asdict() for front in house.fronts.values() for one in front.instruments()]


def show_instruments(lang: Language) -> None:
    """Print them as a table."""
    from rich.console import Console
    from rich.table import Table

    headings = {
        "ja": ("決済", "種類", "値", "起きること", "根拠"),
        "en": ("provider", "kind", "value", "what happens", "basis"),
    }[lang]
    table = Table(*headings)
    for column in table.columns:
        column.overflow = "fold"  # a value is to be copied whole
    for one in instruments():
        basis = (
            ("文書" if lang == "ja" else "documented")
            if one["documented"]
            else ("独自" if lang == "ja" else "modelled")
        )
        table.add_row(
            one["provider"], one["kind"], one["value"], one[f"does_{lang}"], f"{basis}: {one['source']}"
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)

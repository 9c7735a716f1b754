"""What a command is given: configuration, book and open orders, from files and options."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teiki_scenarios import sample
from teiki_scenarios.language import BadInput, Language, Problem, refuse
from teiki_sim import config as configs
from teiki_sim.book import Book, Orders, read_book, read_orders
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.book_values import date
from teiki_sim.calendar import iso, to_date, to_day
from teiki_sim.config import Config
from teiki_sim.config_world import SLIP_LEVELS
from teiki_sim.csvfile import Wrong
from teiki_sim.forecast import calm_opening, dated
from teiki_sim.policies import POLICIES
from teiki_sim.population import generate

__all__ = ["Given", "Inputs", "gather", "other_config"]


@dataclass(frozen=True, slots=True)
class Given:
    """The options of a command that say what to run, as they were given."""

    config: Path | None = None
    platform: str | None = None
    book: Path | None = None
    orders: Path | None = None
    mapping: Path | None = None
    skip_bad_rows: bool = False
    subscriptions: int | None = None
    months: int | None = None
    start: str | None = None
    seed: int | None = None
    rates: Path | None = None
    slips: str | None = None
    calm: bool = False
    unknown_methods: str = "error"
    """Whether a payment method that is not known is an "error" or a "warn"ing."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to run, complete; a generated population is made when `opening` is asked for."""

    config: Config
    book: Book | None
    orders: Orders | None
    skip_bad_rows: bool = False
    calm: bool = False

    def opening(self) -> tuple[BookColumns, tuple[OpenOrder, ...]]:
        """The subscriptions and open orders of the first day; calm ones are neither held nor refused."""
        book = generate(self.config) if self.book is None else self.book.columns(self.config)
        orders = self.orders.rows if self.orders is not None else ()
        book = dated(self.config, book)
        if self.calm:
            book, free = calm_opening(book, orders)
            return book, tuple(free)
        return book, orders

    @property
    def digest(self) -> str:
        """Of the book and its open orders, whatever the order of their rows; empty for a population."""
        if self.book is None:
            return ""
        return ":".join((self.book.digest(), self.orders.digest() if self.orders is not None else ""))

    @property
    def rejects(self) -> tuple[Problem, ...] | None:
        """The rows left out, None where none may be."""
        if not self.skip_bad_rows:
            return None
        return tuple(
            problem for file in (self.book, self.orders) if file is not None for problem in file.rejects
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What reading found, for summary.json: the same facts that `remarks` says in words."""
        book, start = self.book, to_day(self.config.start)
        if book is None:
            return {"population": self.config.subscriptions}
        facts: dict[str, Any] = {"rows": book.total, "by_status": book.counts()}
        files = [file for file in (book, self.orders) if file is not None]
        if unknown := sorted({name for file in files for name in file.unknown_columns}):
            facts["unknown_columns"] = unknown
        if rejected := sum(file.rejected for file in files):
            facts["rejected"] = rejected
        if methods := {name: n for file in files for name, n in file.unknown_methods}:
            facts["unknown_methods"] = methods
        if before := book.dated_before(start):
            facts["dated_before_start"] = before
        if self.orders is None:
            last = start + self.config.schedule.generate_days_before_delivery - 1
            facts["children_may_lack"] = [iso(start), iso(last)]
        return facts

    def remarks(self, lang: Language) -> list[str]:
        """What a user should know of the input before trusting the result, one line each."""
        facts = self.facts
        return [say(facts, lang) for key, say in _REMARKS.items() if key in facts]


def gather(given: Given) -> Inputs:
    """Read everything that was given, refusing what cannot be used.

    Without configuration, book or number of subscriptions it is the sample shop, which has all three.
    """
    whole_sample = given.config is None and given.book is None and given.subscriptions is None
    config = _config(given)
    _allowed(given, whole_sample)
    if config.platform == "marketplace":
        whole_sample = False  # it sells single orders (modelled); a book is run where one is given
        if given.subscriptions is None and "subscriptions" not in configs.given(config):
            config = config.model_copy(update={"subscriptions": 0})
    book_file = sample.BOOK if whole_sample else given.book
    orders_file = sample.ORDERS if whole_sample else given.orders
    if book_file is None:
        return Inputs(_checked(config), None, None, given.skip_bad_rows, given.calm)
    unknown: Any = given.unknown_methods
    book = read_book(
        book_file,
        config,
        mapping=given.mapping,
        skip_bad_rows=given.skip_bad_rows,
        unknown_methods=unknown,
    )
    if "start" not in configs.given(config) and (first := book.default_start()) is not None:
        config = config.model_copy(update={"start": to_date(first)})
    orders = None
    if orders_file is not None:
        orders = read_orders(
            orders_file,
            config,
            book=book,
            mapping=given.mapping,
            skip_bad_rows=given.skip_bad_rows,
            unknown_methods=unknown,
        )
    # The number is of a population that isn't made: a book's digest shouldn't hang on it.
    config = config.model_copy(update={"subscriptions": len(book)})
    return Inputs(_checked(config), book, orders, given.skip_bad_rows, given.calm)


def other_config(given: Given, first: Inputs, file: Path) -> Config:
    """The configuration of a file to compare the first one with, under the same options.

    It is laid over what the first one's file is laid over (the defaults, or the sample shop where there is no file).
    Luck, days and size are the first one's. Raises BadInput.
    """
    same = {name: getattr(first.config, name) for name in ("seed", "start", "months", "subscriptions")}
    return _checked(_config(given, file)).model_copy(update=same)


def _config(given: Given, instead: Path | None = None) -> Config:
    """The configuration: file, then rates, slips and options; calm takes away at the end.

    ``instead`` of the file that was given another one is read, over the same defaults.
    """
    file = given.config
    if file is None and given.book is None:
        file = sample.MARKETPLACE if given.platform == "marketplace" else sample.CONFIG
    if instead is None:
        config = configs.load(file)
    else:
        below = configs.load(file if given.config is None else None)
        config = configs.merge(below, configs.read_partial(instead), file=str(instead))
    if given.rates is not None:
        config = configs.merge(config, configs.read_partial(given.rates), file=str(given.rates))
    if given.slips is not None:
        config = _with_slips(config, given.slips)
    options = {
        "platform": given.platform,
        "start": None if given.start is None else _start(given.start),
        "months": given.months,
        "seed": given.seed,
        "subscriptions": given.subscriptions,
    }
    said = {name: value for name, value in options.items() if value is not None}
    if said:
        try:
            config = configs.merge(config, said, file="teiki")
        except BadInput as bad:
            raise BadInput([_as_option(problem, said) for problem in bad.problems]) from None
    return configs.calm(config) if given.calm else config


def _with_slips(config: Config, slips: str) -> Config:
    levels = ", ".join(SLIP_LEVELS)
    if slips not in SLIP_LEVELS and not Path(slips).exists():
        ja, en = f"{levels}、または TOML ファイル", f"{levels}, or a TOML file"
        raise refuse("teiki", "--slips", slips, ja, en)
    return configs.with_slips(config, slips)


def _as_option(problem: Problem, said: Mapping[str, Any]) -> Problem:
    if problem.field not in said:
        return problem
    return Problem(
        problem.file, f"--{problem.field}", problem.found, problem.expected_ja, problem.expected_en
    )


def _start(text: str) -> Any:
    try:
        return to_date(date(text))
    except Wrong as wrong:
        raise refuse("teiki", "--start", text, wrong.ja, wrong.en) from None


def _allowed(given: Given, whole_sample: bool) -> None:
    """Options that mean nothing together are a mistake, not a wish."""
    if given.book is not None:
        if given.subscriptions is not None:
            ja, en = "--book か --subscriptions のどちらか一方", "either --book or --subscriptions"
            raise refuse("teiki", "--subscriptions", given.subscriptions, ja, en)
        return
    for name in ("orders", "mapping"):
        if (value := getattr(given, name)) is not None:
            ja, en = f"--{name} は --book とともに", f"--{name} together with --book"
            raise refuse("teiki", f"--{name}", value, ja, en)


def _checked(config: Config) -> Config:
    """What the configuration may say but this version does not run."""
    if config.platform not in POLICIES:
        ready = ", ".join(POLICIES)
        ja = f"次のいずれか: {ready}({config.platform} の動作は今後の版で提供します)"
        en = f"one of {ready}; what {config.platform} does comes in a later version"
        raise refuse("teiki", "platform", config.platform, ja, en)
    if not 1970 < config.start.year < 2200:
        ja, en = "1971年から2199年の日付", "a date of the years 1971 to 2199"
        raise refuse("teiki", "start", config.start, ja, en)
    return config


# ---- remarks -------------------------------------------------------------------------------------


def _either(
    ja: Callable[[Mapping[str, Any]], str], en: Callable[[Mapping[str, Any]], str]
) -> Callable[[Mapping[str, Any], Language], str]:
    return lambda facts, lang: ja(facts) if lang == "ja" else en(facts)


_REMARKS: dict[str, Callable[[Mapping[str, Any], Language], str]] = {
    "unknown_columns": _either(
        lambda f: f"使わない列: {', '.join(f['unknown_columns'])}",
        lambda f: f"Columns not used: {', '.join(f['unknown_columns'])}",
    ),
    "unknown_methods": _either(
        lambda f: (
            "未知の支払方法(必ず支払われるものとして扱う): "
            + ", ".join(f"{name} {n:,}件" for name, n in f["unknown_methods"].items())
        ),
        lambda f: (
            "Payment methods not known, treated as always paid: "
            + ", ".join(f"{name} ({n:,})" for name, n in f["unknown_methods"].items())
        ),
    ),
    "rejected": _either(
        lambda f: f"読み込めない {f['rejected']:,} 行を除外しました(rejects.csv)",
        lambda f: f"{f['rejected']:,} bad row(s) left out, see rejects.csv",
    ),
    "dated_before_start": _either(
        lambda f: f"次回予定日が開始日より前の継続中の定期が {f['dated_before_start']:,} 件あります",
        lambda f: f"{f['dated_before_start']:,} active row(s) have a next date before the start",
    ),
    "children_may_lack": _either(
        lambda f: (
            "受注残(--orders)がないため、"
            f"{f['children_may_lack'][0]} から {f['children_may_lack'][1]} までは生成済みの子注文が不足することがあります"
        ),
        lambda f: (
            "Without open orders (--orders) the days from "
            f"{f['children_may_lack'][0]} to {f['children_may_lack'][1]} may lack children generated before"
        ),
    ),
}

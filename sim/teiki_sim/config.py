"""The configuration of a simulated shop: read from TOML, checked, merged, printed and digested.

`load` reads a file over the defaults, `merge` lays a partial one over a configuration (rates, slips),
`calm` takes away everything but the schedules. What cannot be used raises `BadInput`, which names
the key, what was found and what was expected; an unknown key comes with the nearest known one.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator

from teiki_sim import toml_text
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.config_account import AccountPage
from teiki_sim.config_checks import SelfChecks
from teiki_sim.config_defaults import (
    METHOD_PROVIDER,
    METHODS,
    NO_DATE_CARRIERS,
    PROVIDER_NAMES,
    default_carriers,
    default_gifts,
    default_goods,
    default_payments,
    default_providers,
)
from teiki_sim.config_files import Files
from teiki_sim.config_holds import Holds
from teiki_sim.config_jobs import Jobs
from teiki_sim.config_marketplace import Marketplace
from teiki_sim.config_parts import Part, hint, minutes, one_of, wrong
from teiki_sim.config_points import PointScheme
from teiki_sim.config_shop import (
    Carrier,
    Faults,
    Gift,
    Goods,
    Payment,
    Provider,
    Retry,
    Schedule,
    Tax,
    Window,
)
from teiki_sim.config_store import CourseTerms, Fraud
from teiki_sim.config_world import (
    SLIP_NAMES,
    Customers,
    Grace,
    Inflow,
    Operators,
    Population,
    Slips,
    Warehouse,
)

__all__ = [
    "METHODS",
    "METHOD_PROVIDER",
    "NO_DATE_CARRIERS",
    "PROVIDER_NAMES",
    "SLIP_NAMES",
    "BadInput",
    "Carrier",
    "Config",
    "CourseTerms",
    "Customers",
    "Faults",
    "Fraud",
    "Gift",
    "Goods",
    "Grace",
    "Holds",
    "Inflow",
    "Jobs",
    "Marketplace",
    "Operators",
    "Payment",
    "Platform",
    "Population",
    "Problem",
    "Provider",
    "Retry",
    "Schedule",
    "SelfChecks",
    "Slips",
    "Tax",
    "Warehouse",
    "Window",
    "calm",
    "digest",
    "given",
    "load",
    "merge",
    "minutes",
    "print_config",
    "read_partial",
    "with_slips",
    "without_faults",
]

Platform = Literal["subscstore", "ecforce", "tamago", "marketplace"]


class Config(Part):
    """A shop and its world, complete: what is not said has its default."""

    platform: Platform = Field(
        default="subscstore", description="カート · platform: subscstore, ecforce, tamago, marketplace"
    )
    start: datetime.date = Field(
        default=datetime.date(2026, 4, 1), description="開始日 · first simulated day"
    )
    months: int = Field(default=6, ge=1, le=1200, description="期間(月) · months to simulate")
    seed: int = Field(default=1, ge=0, lt=2**64, description="乱数の種 · seed of every draw")
    subscriptions: int = Field(
        default=2000, ge=0, description="生成する定期の件数 · size of a generated population"
    )
    week_start: Literal["sunday", "monday"] = Field(
        default="sunday", description="週の始まり · first day of the week (SS-FREQ-07)"
    )
    default_carrier: str = Field(
        default="ヤマト運輸", description="既定の配送方法 · carrier where none is named"
    )
    gifts: list[Gift] = Field(
        default_factory=default_gifts, description="回数特典の同梱 · goods enclosed by count"
    )
    goods: Annotated[dict[str, Goods], Field(min_length=1)] = Field(
        default_factory=default_goods, description="商品 · goods by code"
    )
    courses: dict[str, CourseTerms] = Field(
        default_factory=dict,
        description="定期コース(新規の申込み) · courses that newcomers can take, by name",
    )
    tax: Tax = Field(default_factory=Tax, description="消費税 · consumption tax")
    carriers: Annotated[dict[str, Carrier], Field(min_length=1)] = Field(
        default_factory=default_carriers, description="配送方法 · carriers by name"
    )
    schedule: Schedule = Field(default_factory=Schedule, description="店舗の一日 · the shop's day")
    points: PointScheme = Field(default_factory=PointScheme, description="ポイント · points")
    retry: Retry = Field(default_factory=Retry, description="与信の再試行 · retries of authorisation")
    payments: dict[str, Payment] = Field(
        default_factory=default_payments, description="支払方法 · payment methods"
    )
    providers: dict[str, Provider] = Field(
        default_factory=default_providers, description="決済会社 · payment providers"
    )
    customers: Customers = Field(
        default_factory=Customers,
        description="顧客の行動(リストは回数ごと、最後の値が続く) · customers; lists run by cycle, the last value holds on",
    )
    inflow: Inflow = Field(default_factory=Inflow, description="新規 · new business")
    operators: Operators = Field(default_factory=Operators, description="担当者 · operators")
    warehouse: Warehouse = Field(default_factory=Warehouse, description="倉庫 · warehouse")
    files: Files = Field(
        default_factory=Files, description="一括処理で作るファイル · files that bulk jobs make"
    )
    jobs: Jobs = Field(default_factory=Jobs, description="一括処理 · bulk jobs")
    account_page: AccountPage = Field(
        default_factory=AccountPage, description="マイページ設定(ecforce) · the account page's settings"
    )
    fraud: Fraud = Field(default_factory=Fraud, description="カード会社の利用調査 · the acquirer's inquiries")
    slips: Slips = Field(default_factory=Slips, description="人為ミス · slips")
    holds: Holds = Field(
        default_factory=Holds, description="要対応(たまごリピート) · needs-attention holds on たまごリピート"
    )
    marketplace: Marketplace = Field(
        default_factory=Marketplace, description="マーケットプレイス出品 · selling on a marketplace"
    )
    grace: Grace = Field(default_factory=Grace, description="監視の猶予(日) · days that the monitors allow")
    self_checks: SelfChecks = Field(
        default_factory=SelfChecks, description="結果の自己点検 · teiki's checks of its own results"
    )
    population: Population = Field(
        default_factory=Population, description="生成する定期の構成 · make-up of a generated population"
    )

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        """Every name used is defined, and the closed lists are closed."""
        one_of("default_carrier", self.default_carrier, self.carriers)
        for gift in self.gifts:
            one_of("gifts.product", gift.product, self.goods)
        for code, goods in self.goods.items():
            for name in goods.carriers:
                one_of(f"goods.{code}.carriers", name, self.carriers)
        for name, course in self.courses.items():
            one_of(f"courses.{name}.product", course.product, self.goods)
        for place, names, known in (
            ("population.products", self.population.products, self.goods),
            ("population.carriers", self.population.carriers, self.carriers),
            ("payments", self.payments, METHODS),
            ("providers", self.providers, PROVIDER_NAMES),
        ):
            for name in names:
                one_of(place, name, known)
        if missing := [name for name in METHODS if name not in self.payments]:
            raise wrong("支払方法すべての設定", "a section for every method", f"payments.{missing[0]}")
        if missing := [name for name in PROVIDER_NAMES if name not in self.providers]:
            raise wrong("決済会社すべての設定", "a section for every provider", f"providers.{missing[0]}")
        if not sum(payment.share for payment in self.payments.values()) > 0:
            raise wrong("share が1つ以上 0 より大きい", "at least one share above 0", "payments")
        if not self.population.products and not any(goods.price for goods in self.goods.values()):
            raise wrong("有料の商品が1つ以上", "at least one with a price", "goods")
        return self


# ---- reading and merging -------------------------------------------------------------------------

_WHOLE = {
    ("goods",),
    ("slips", "rates"),
    ("providers", "*", "codes"),
    *(("population", name) for name in Population.model_fields),
}
"""Tables that a partial configuration replaces as a whole; all others are laid over key by key."""


def read_partial(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML file (UTF-8, BOM allowed); BadInput where it cannot be read."""
    name = str(path)
    try:
        return tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise BadInput(
            [Problem(name, "-", str(error.strerror), "読めるファイル", "a file that can be read")]
        ) from None
    except UnicodeDecodeError as error:
        found = f"0x{error.object[error.start]:02x}"
        raise BadInput([Problem(name, "-", found, "UTF-8 の TOML", "TOML in UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput([Problem(name, "-", str(error), "正しい TOML", "well-formed TOML")]) from None


def load(path: str | Path | None = None, overrides: Mapping[str, Any] | None = None) -> Config:
    """The defaults, with a TOML file laid over them, with overrides laid over both.

    Keys of overrides may be dotted ("warehouse.capacity"); one that is None counts as not given.
    Raises BadInput with every problem found.
    """
    config = Config() if path is None else merge(Config(), read_partial(path), file=str(path))
    tables = _undotted(overrides or {})
    return merge(config, tables, file="options") if tables else config


def given(config: Config) -> frozenset[str]:
    """The top-level keys that were said, not defaulted: whether `start` was, for one."""
    return frozenset(config.model_fields_set)


def merge(config: Config, partial: Mapping[str, Any], file: str = "TOML") -> Config:
    """A configuration with a partial one laid over it, key by key.

    Goods, codes of declines, slip rates and the shares of a population are replaced as a whole.
    `file` is what problems are reported under; raises BadInput with all of them.
    """
    tables = _laid_over(config.model_dump(by_alias=True), partial, ())
    if "goods" in partial and "gifts" not in partial and isinstance(tables["goods"], dict):
        tables["gifts"] = [gift for gift in tables["gifts"] if gift["product"] in tables["goods"]]
    try:
        merged = Config.model_validate(tables)
    except ValidationError as error:
        raise BadInput(_problems(error, file)) from None
    merged.model_fields_set.intersection_update(config.model_fields_set | set(partial))
    return merged


def _undotted(flat: Mapping[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for dotted, value in flat.items():
        if value is None:
            continue
        *sections, key = dotted.split(".")
        table = tables
        for section in sections:
            table = table.setdefault(section, {})
        table[key] = value
    return tables


def _laid_over(below: Any, above: Any, place: tuple[str, ...]) -> Any:
    whole = any(
        len(place) == len(p) and all(a in ("*", b) for a, b in zip(p, place, strict=True)) for p in _WHOLE
    )
    if whole or not isinstance(below, dict) or not isinstance(above, Mapping):
        return above
    return below | {key: _laid_over(below.get(key), value, (*place, key)) for key, value in above.items()}


def without_faults(config: Config) -> Config:
    """The configuration with providers that always answer; refusals, holds and outages stay."""
    still = Faults(no_answer=0, reply_lost=0, server_error=0, capture_failed=0)
    quiet = {name: p.model_copy(update={"faults": still}) for name, p in config.providers.items()}
    return config.model_copy(update={"providers": quiet})


def with_slips(config: Config, slips: str | Path) -> Config:
    """A configuration with the slips of a level (none, typical, careless) or of a TOML file.

    The file holds a `[slips]` table, or its keys, or bare slip names with their rates.
    """
    if str(slips) in ("none", "typical", "careless"):
        return merge(config, {"slips": {"level": str(slips), "rates": {}}})
    partial = read_partial(slips)
    if "slips" not in partial:
        fields = {key: value for key, value in partial.items() if key in Slips.model_fields}
        bare = {key: value for key, value in partial.items() if key not in fields}
        partial = {"slips": fields | ({"rates": {**fields.get("rates", {}), **bare}} if bare else {})}
    return merge(config, partial, file=str(slips))


# ---- problems ------------------------------------------------------------------------------------

_EXPECTED: dict[str, tuple[str, str]] = {
    "missing": ("この項目は必須", "this key to be present"),
    "int_parsing": ("整数", "a whole number"),
    "int_type": ("整数", "a whole number"),
    "int_from_float": ("整数", "a whole number"),
    "float_parsing": ("数値", "a number"),
    "float_type": ("数値", "a number"),
    "finite_number": ("有限の数値", "a finite number"),
    "bool_parsing": ("true または false", "true or false"),
    "bool_type": ("true または false", "true or false"),
    "string_type": ("文字列", "text"),
    "string_pattern_mismatch": ('時刻 "HH:MM"', 'a time of day "HH:MM"'),
    "list_type": ("リスト", "a list"),
    "tuple_type": ("2つの値のリスト", "a list of two values"),
    "too_short": ("もっと多くの値", "more values"),
    "too_long": ("もっと少ない値", "fewer values"),
    "dict_type": ("テーブル", "a table"),
    "model_type": ("テーブル", "a table"),
    "timezone_naive": ("時差なしの日時", "a date and time without zone"),
}


def _problems(error: ValidationError, file: str) -> list[Problem]:
    return [_problem(dict(detail), file) for detail in error.errors(include_url=False)]


def _problem(detail: dict[str, Any], file: str) -> Problem:
    """One of pydantic's errors in the words of the trade."""
    loc, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    place = ".".join(str(part) for part in loc) or "-"
    found = "-" if kind == "missing" else str(detail["input"])
    if kind == "extra_forbidden":
        known = _keys_at(loc[:-1])
        names, key = ", ".join(known), str(loc[-1])
        ja = f"既知のキー{hint(key, known, 'ja')}: {names}"
        return Problem(file, place, key, ja, f"a known key{hint(key, known, 'en')}: {names}")
    if kind == "teiki":
        place = ".".join(part for part in (*map(str, loc), context["place"]) if part) or "-"
        return Problem(file, place, context["found"], context["ja"], context["en"])
    for name, ja, en in (
        ("ge", "以上", "at least"),
        ("gt", "より大きい", "more than"),
        ("le", "以下", "at most"),
        ("lt", "未満", "less than"),
    ):
        if name in context:
            return Problem(file, place, found, f"{context[name]} {ja}", f"{en} {context[name]}")
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ")
        hint_ja, hint_en = (hint(found, choices.split(", "), lang) for lang in ("ja", "en"))
        return Problem(file, place, found, f"次のいずれか: {choices}{hint_ja}", f"one of {choices}{hint_en}")
    if kind.startswith("date"):
        return Problem(file, place, found, "日付(日時) 2026-04-01", "a date (and time) as 2026-04-01")
    ja, en = _EXPECTED.get(kind, (detail["msg"], detail["msg"]))
    return Problem(file, place, found, ja, en)


def _keys_at(loc: tuple[Any, ...]) -> list[str]:
    """The keys known at a place of the configuration."""
    model: Any = Config
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = next(f.annotation for n, f in model.model_fields.items() if part in (n, f.alias))
        else:
            model = get_args(model)[-1]
    return [field.alias or name for name, field in model.model_fields.items()]


# ---- what is made of a configuration -------------------------------------------------------------


def digest(config: Config) -> str:
    """SHA-256 (hex) of the model's configuration as canonical JSON.

    The seed is left out: a run is named by its seed and this. Workers, door, language and output
    directory are no part of a configuration.
    """
    tables = config.model_dump(mode="json", by_alias=True, exclude={"seed"})
    text = json.dumps(tables, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def print_config(config: Config | None = None) -> str:
    """A configuration (the defaults) as TOML, each key under a comment; it loads back to an equal one."""
    return toml_text.dump_model(config if config is not None else Config())


#: A marketplace on which nobody orders anew and nobody writes.
_SILENT = dict.fromkeys(
    ("orders_per_day", "cancel_rate", "question_rate", "return_rate", "hard_cases", "message_delayed"), 0.0
)


def calm(config: Config) -> Config:
    """The configuration with the schedules alone left: every parcel ships on its planned date.

    No changes by customers, no refusals, holds, faults or outages of providers, no slips, no inflow,
    no stop by amount, no points, and a warehouse without limits.
    """
    rates = ("skip", "stop", "cancel", "resume", "address", "payment", "quantity")
    still = {name: [0.0] for name in rates} | {"return_rate": 0.0, "pays_late": 0.0, "unpaid_rate": 0.0}
    quiet = Faults(no_answer=0, reply_lost=0, server_error=0, capture_failed=0, late_days=0)
    verdicts = {"decline_rate": 0.0, "hold_rate": 0.0, "faults": quiet, "windows": []}
    return config.model_copy(
        update={
            "customers": config.customers.model_copy(update=still),
            "providers": {name: p.model_copy(update=verdicts) for name, p in config.providers.items()},
            "slips": Slips.preset("none"),
            "inflow": Inflow(),
            "holds": config.holds.model_copy(update={"ground_rate": 0.0}),
            "marketplace": config.marketplace.model_copy(update=_SILENT),
            "schedule": config.schedule.model_copy(update={"amount_stop_limit": None, "collision_rate": 0.0}),
            "warehouse": Warehouse(),
            "points": config.points.model_copy(update={"members": 0.0}),
        }
    )

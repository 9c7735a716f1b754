"""The options of the command line that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from teiki_scenarios.language import Language, by_locale

__all__ = [
    "Book", "Calm", "Compare", "Door", "FailOnViolation", "Json", "Lang", "Mapping", "Months", "Orders", "Out", "PeopleBook", "Platform",
    "PlatformName", "Quiet", "Rates", "Replications", "Seed", "Shop", "SkipBadRows", "Some", "Start",
    "Subscriptions", "Workers", "say",
]  # fmt: skip

_LOCALE = by_locale()


def say(ja: str, en: str) -> str:
    """Help is written before options are read, so it follows the locale."""
    return ja if _LOCALE == "ja" else en


PlatformName = Literal["subscstore", "ecforce", "tamago", "marketplace"]
Some = typer.Option
Lang = Annotated[
    Language | None,
    Some("--lang", help=say("表示の言語(既定はロケール)", "Language of messages (default: by locale).")),
]
Quiet = Annotated[bool, Some("--quiet", "-q", help=say("エラー以外は表示しない", "Print errors only."))]
Json = Annotated[
    bool, Some("--json", help=say("結果を JSON で標準出力に", "Print the result as JSON, nothing else."))
]
Platform = Annotated[PlatformName | None, Some("--platform", help=say("カート", "The shop's platform."))]
Book = Annotated[Path | None, Some("--book", metavar="CSV", help=say("定期台帳", "The subscription book."))]
PeopleBook = Annotated[
    Path | None,
    Some(
        "--book",
        metavar="CSV",
        help=say(
            "ファイルに載せる氏名・住所のある台帳", "The book that has names and addresses for the files."
        ),
    ),
]
Orders = Annotated[
    Path | None, Some("--orders", metavar="CSV", help=say("未出荷の受注", "Open orders, not yet shipped."))
]
Mapping = Annotated[
    Path | None,
    Some(
        "--mapping",
        metavar="TOML",
        help=say("列名・値の対応表", "How other headers and values are called here."),
    ),
]
SkipBadRows = Annotated[
    bool,
    Some("--skip-bad-rows", help=say("読めない行を除外して続ける", "Leave bad rows out, into rejects.csv.")),
]
Subscriptions = Annotated[
    int | None,
    Some("--subscriptions", metavar="N", help=say("生成する定期の件数", "Size of a generated population.")),
]
Months = Annotated[int | None, Some("--months", metavar="N", help=say("期間(月)", "Months to simulate."))]
Start = Annotated[str | None, Some("--start", metavar="DATE", help=say("開始日", "First day."))]
Seed = Annotated[int | None, Some("--seed", metavar="N", help=say("乱数の種", "Seed of every draw."))]
Rates = Annotated[
    Path | None,
    Some("--rates", metavar="TOML", help=say("重ねる設定(率など)", "A partial configuration laid over it.")),
]
Calm = Annotated[
    bool,
    Some(
        "--calm",
        help=say("変更・失敗・ミス・新規なし", "No changes, failures, slips or inflow: the schedules alone."),
    ),
]
Workers = Annotated[
    int, Some("--workers", min=1, metavar="N", help=say("並列数", "Processes for the replications."))
]
Out = Annotated[Path, Some("--out", "-o", metavar="DIR", help=say("出力先", "Output directory."))]
Shop = Annotated[
    Path | None,
    typer.Argument(
        help=say("設定(TOML)。なければ見本の店舗", "Configuration (TOML); without one, the sample shop.")
    ),
]
FailOnViolation = Annotated[
    bool,
    Some(
        "--fail-on-violation",
        help=say("違反があれば終了コード1", "Exit with 1 when there is a violation."),
    ),
]
Replications = Annotated[
    int, Some("--replications", min=1, metavar="N", help=say("繰り返しの数", "Runs on different luck."))
]
Compare = Annotated[
    Path | None,
    Some("--compare", metavar="TOML", help=say("比べる設定", "A configuration to compare with.")),
]
Door = Annotated[
    Literal["direct", "spoken", "inprocess", "server"],
    Some("--door", help=say("決済会社への接続方法", "How providers are reached.")),
]

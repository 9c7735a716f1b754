"""CSV 一括出力 and アンケート結果CSV一括出力: orders in a configured format and encoding (EC-CSV-01, -02, EC-SUR-01)."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
from pydantic import Field

from teiki_sim import lists
from teiki_sim.config_files import CsvFormat
from teiki_sim.config_parts import Part, hint
from teiki_sim.draws import Purpose, bits53_many, hash64, hash64_many, threshold
from teiki_sim.jobs.encodings import EncodingName, encode, lacking, replaced
from teiki_sim.jobs.job import Artefact, JobKind, Stopped, Work
from teiki_sim.jobs.results import Reason
from teiki_sim.jobs.sheets import item_rows, sheet
from teiki_sim.people import customers_of

__all__ = ["CSV_KINDS", "CsvOutput"]

_GETA = Reason(
    "CP932",
    "CP932にない文字を「〓」に置き換えて出力しました。",
    "Characters that CP932 lacks were written as 〓.",
)


class CsvOutput(Part):
    """Which format, in which encoding, and whether it is the shipping list."""

    format: str = Field(default="受注一覧", description="CSVの書式 · name of a format")
    encoding: EncodingName = Field(default="CP932", description="文字コード · encoding")
    shipping_list: bool = Field(
        default=False,
        description="出荷リスト出力用(未出力を出力済にする) · as the shipping list: 未出力 becomes 出力済",
    )


class SurveyOutput(Part):
    """In which encoding, and which columns of the orders go with the answers."""

    format: str = Field(default="受注一覧", description="CSVの書式 · name of a format")
    encoding: EncodingName = Field(default="CP932", description="文字コード · encoding")


def format_of(work: Work) -> CsvFormat:
    """The format that a job asks for; `Stopped` where the shop has none of that name."""
    formats = work.shop.config.files.csv_formats
    name = work.args.format
    if name not in formats:
        ja = f"書式「{name}」がありません{hint(name, formats, 'ja')}。"
        raise Stopped("EC-CSV-01", ja, f"There is no format {name}{hint(name, formats, 'en')}.")
    return formats[name]


def write_csv(work: Work, frame: pl.DataFrame, name: str, encoding: EncodingName, per_item: bool) -> None:
    """Add the file; lines end as Windows ends them. Characters that CP932 lacks don't lose it."""
    if encoding == "CP932":
        frame, touched = replaced(frame, lacking)
        rows = item_rows(work.shop, work.orders)[0] if per_item else np.arange(len(work.orders))
        places = np.unique(rows[touched])
        if len(places):
            work.results.note(places, _GETA)
    text = io.BytesIO()
    frame.write_csv(text, line_terminator="\r\n")
    work.artefacts.append(Artefact(name, encode(text.getvalue().decode(), encoding)))


def _csv(work: Work) -> None:
    """The file; with the box ticked, the orders are on the shipping list from now on."""
    chosen, args = format_of(work), work.args
    per_item = chosen.per == "item"
    frame = sheet(work.shop, work.orders, chosen.columns, per_item=per_item)
    write_csv(work, frame, f"csv-{work.job.number:06}.csv", args.encoding, per_item)
    mark_exported(work, chosen.warehouse, args.shipping_list)


def mark_exported(work: Work, warehouse: bool, ticked: bool) -> None:
    """What becomes of the orders: listed, out on a list without being listed, or flagged and on no list."""
    shop, orders, actor = work.shop, work.orders, work.actor
    if warehouse and ticked:
        lists.put_on_list(shop, orders, actor)
    elif warehouse:
        lists.export_again(shop, orders, actor)
    elif ticked:
        lists.flag_listed(shop, orders, actor, "listed")


def _survey(work: Work) -> None:
    """Answers of the customers of the orders found; refused without the link or the condition (EC-SUR-01)."""
    files, name = work.shop.config.files, work.job.selection.search.personalise
    if not survey_ready(files.survey_link, name):
        ja = "外部連携が未設定か、検索条件「パーソナライズ」がないため、実行できません。"
        en = "The survey service is not linked, or the search has no condition パーソナライズ."
        raise Stopped("EC-SUR-01", ja, en)
    if name not in files.surveys:
        raise Stopped("EC-SUR-01", f"アンケート「{name}」がありません。", f"There is no survey {name}.")
    survey, chosen = files.surveys[name], format_of(work)
    keys = hash64_many(customers_of(work.shop, work.orders))
    number = hash64(name) & 0x3FFFFFFF
    answered = bits53_many(work.shop.seed, keys, Purpose.PERSON, number, 100) < threshold(survey.answered)
    which = (bits53_many(work.shop.seed, keys, Purpose.PERSON, number, 101) >> 21) % len(survey.answers)
    answers = pl.Series([*survey.answers, ""]).gather(
        pl.Series(np.where(answered, which, len(survey.answers)))
    )
    per_item = chosen.per == "item"
    frame = sheet(work.shop, work.orders, chosen.columns, per_item=per_item)
    rows = item_rows(work.shop, work.orders)[0] if per_item else np.arange(len(work.orders))
    frame = frame.with_columns(
        pl.lit(survey.question).alias("質問"), answers.gather(pl.Series(rows)).alias("回答")
    )
    write_csv(work, frame, f"survey-{work.job.number:06}.csv", work.args.encoding, per_item)


def survey_ready(linked: bool, survey: str | None) -> bool:
    """Whether the survey's CSV can be had: linked, and asked for by the search."""
    return linked and survey is not None


CSV_KINDS: dict[str, JobKind] = {
    "csv": JobKind(CsvOutput, _csv, "CSV一括出力", "bulk CSV output"),
    "survey_csv": JobKind(SurveyOutput, _survey, "アンケート結果CSV一括出力", "bulk CSV of survey results"),
}

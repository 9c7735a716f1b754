"""The section of a configuration about the files that bulk jobs make: lists, forms, mails.

A description reads "日本語 · English"; the printed configuration carries it as a comment. What the defaults say is
modelled: each shop has formats, forms and templates of its own.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from teiki_sim.config_parts import Part, Rate, one_of
from teiki_sim.file_columns import COLUMNS

__all__ = ["CsvFormat", "Files", "Form", "MailTemplate", "Sender", "Survey"]


class CsvFormat(Part):
    """One format of a CSV: which columns, and what a line is."""

    columns: list[str] = Field(min_length=1, description="出力する項目(順) · columns, in order")
    per: Literal["order", "item"] = Field(
        default="order", description="1行が受注か商品か · one line an order, or one line an item"
    )
    warehouse: bool = Field(
        default=False, description="倉庫に渡す出荷リスト · whether the file goes to the warehouse"
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        for column in self.columns:
            one_of("columns", column, COLUMNS)
        return self


class Form(Part):
    """One form for orders, printed as PDF."""

    title: str = Field(description="表題 · title")
    lead: str = Field(default="", description="前文 · the line under the addressee")
    prices: bool = Field(default=True, description="金額を載せる · whether prices are shown")
    tax: bool = Field(default=True, description="税率ごとの内訳を載せる · whether the tax is shown by rate")
    note: str = Field(default="", description="備考 · note at the foot")


class MailTemplate(Part):
    """Subject and body of a mail; {{項目}} stands for a column of the order."""

    subject: str = Field(min_length=1, description="件名 · subject")
    body: str = Field(min_length=1, description="本文 · body")


class Survey(Part):
    """A survey that an outside service asks customers."""

    question: str = Field(description="質問 · question")
    answers: list[str] = Field(min_length=1, description="選択肢 · answers to choose from")
    answered: Rate = Field(default=0.4, description="回答率 · share of customers who answered")


class Sender(Part):
    """Who the forms and mails are from."""

    name: str = Field(default="サンプル商店", description="店舗名 · name")
    address: str = Field(default="〒000-0000 見本県見本市1-2-3", description="住所 · address")
    email: str = Field(default="shop@example.com", description="差出人 · sender of mails")
    registration: str = Field(
        default="", description="登録番号(インボイス) · number of the qualified invoice issuer"
    )


def _formats() -> dict[str, CsvFormat]:
    basic = [
        "受注番号",
        "受注日",
        "定期受注番号",
        "定期回数",
        "顧客番号",
        "顧客名",
        "支払方法",
        "決済状況",
        "対応状況",
    ]
    ship_to = ["お届け先氏名", "お届け先郵便番号", "お届け先都道府県", "お届け先住所", "電話番号", "配送業者"]
    item = ["商品コード", "商品名", "数量"]
    return {
        "受注一覧": CsvFormat(columns=[*basic, "発送予定日", "配送予定日", "小計", "手数料", "送料", "利用ポイント", "合計金額"]),
        "受注明細": CsvFormat(columns=["受注番号", *item, "単価", "金額", "区分"], per="item"),
        "出荷リスト": CsvFormat(
            columns=["受注番号", *ship_to, *item, "発送予定日", "配送予定日", "代引金額"], per="item", warehouse=True
        ),
    }  # fmt: skip


def _forms() -> dict[str, Form]:
    return {
        "納品書": Form(title="納品書", lead="下記のとおり納品いたします。"),
        "納品書(金額なし)": Form(
            title="納品書", lead="下記のとおり納品いたします。", prices=False, tax=False
        ),
        "請求書": Form(title="請求書", lead="下記のとおりご請求申し上げます。"),
        "領収書": Form(title="領収書", lead="下記のとおり領収いたしました。", note="但し、商品代として"),
    }


def _templates() -> dict[str, MailTemplate]:
    return {
        "発送のお知らせ": MailTemplate(
            subject="【{{店舗名}}】商品を発送しました",
            body="{{顧客名}} 様\n\nご注文 {{受注番号}} の {{商品名}} を発送しました。\n配送業者: {{配送業者}}\n",
        ),
        "お支払いのお願い": MailTemplate(
            subject="【{{店舗名}}】お支払いのお願い",
            body="{{顧客名}} 様\n\nご注文 {{受注番号}}({{合計金額}}円)のお支払いが確認できておりません。\n",
        ),
    }


def _surveys() -> dict[str, Survey]:
    answers = ["SNS", "検索", "知人の紹介", "広告"]
    return {"きっかけ": Survey(question="当店を何で知りましたか", answers=answers)}


class Files(Part):
    """What bulk jobs write."""

    sender: Sender = Field(default_factory=Sender, description="店舗の表示 · who files are from")
    csv_formats: dict[str, CsvFormat] = Field(
        default_factory=_formats, description="CSVの書式(EC-CSV-01) · formats of CSV files by name"
    )
    forms: dict[str, Form] = Field(
        default_factory=_forms, description="帳票(EC-PDF-01) · forms printed as PDF, by name"
    )
    mail_templates: dict[str, MailTemplate] = Field(
        default_factory=_templates, description="メールのテンプレート(EC-MAIL-01) · mail templates by name"
    )
    mail_refused: Rate = Field(
        default=0.05, description="メールを「送信しない」顧客の割合 · share of customers who want no mails"
    )
    survey_link: bool = Field(
        default=False, description="アンケートの外部連携(EC-SUR-01) · whether the survey service is linked"
    )
    surveys: dict[str, Survey] = Field(default_factory=_surveys, description="アンケート · surveys by name")

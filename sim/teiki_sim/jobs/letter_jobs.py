"""メール一括通知 and 一括督促: mails into an mbox file, and notes of dunning that nobody else sees (EC-MAIL-01, EC-DUN-01)."""

from __future__ import annotations

import datetime
import re
from base64 import b64encode
from email.utils import format_datetime
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, model_validator

from teiki_sim.calendar import to_day
from teiki_sim.config_parts import Part, hint, wrong
from teiki_sim.draws import Purpose, bits53_many, hash64_many, threshold
from teiki_sim.file_columns import COLUMNS
from teiki_sim.jobs.job import Artefact, JobKind, Stopped, Work
from teiki_sim.jobs.results import SKIPPED, Reason
from teiki_sim.jobs.sheets import sheet
from teiki_sim.letters import Dunning
from teiki_sim.log.kinds import Kind
from teiki_sim.people import customers_of

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["LETTER_KINDS", "remind", "wants_no_mail"]

_MARK = re.compile(r"\{\{(.+?)\}\}")
_SHOP = "店舗名"
_REFUSED = Reason(
    "EC-MAIL-01",
    "「送信しない」に設定された顧客のため、送信しませんでした。",
    "The customer wants no mails: not sent.",
)
_NOWHERE = Reason("EC-MAIL-01", "メールアドレスがありません。", "There is no mail address.")
_JST = datetime.timezone(datetime.timedelta(hours=9))


class Mailing(Part):
    """A template as it is; a template quoted and edited; or free text, which may have further recipients."""

    template: str | None = Field(default=None, description="テンプレート · template")
    subject: str | None = Field(default=None, description="件名(テンプレートを引用して編集も) · subject")
    body: str | None = Field(default=None, description="本文(テンプレートを引用して編集も) · body")
    cc: str = Field(default="", description="CC(本文を入力するときだけ) · copy; with free text only")
    bcc: str = Field(default="", description="BCC(本文を入力するときだけ) · blind copy; with free text only")

    @model_validator(mode="after")
    def _said(self) -> Self:
        if self.template is None and not (self.subject and self.body):
            raise wrong("template か、subject と body", "template, or subject and body", "template")
        if self.template is not None and (self.cc or self.bcc):
            raise wrong("CC・BCC は本文を入力するときだけ", "cc and bcc with free text only", "cc")
        for name in ("subject", "cc", "bcc"):
            if re.search(r"[\r\n]", getattr(self, name) or ""):
                raise wrong("改行のない1行", "one line", name)
        return self


class Reminder(Part):
    """What is noted of a dunning; the due date may be left out."""

    due: datetime.date | None = Field(default=None, description="支払期限 · due date")
    memo: str = Field(default="", description="督促メモ · memo")


def _words(work: Work) -> tuple[str, str]:
    """Subject and body before their marks are filled."""
    args, templates = work.args, work.shop.config.files.mail_templates
    if args.template is None:
        return args.subject, args.body
    if args.template not in templates:
        ja = f"テンプレート「{args.template}」がありません{hint(args.template, templates, 'ja')}。"
        en = f"There is no template {args.template}{hint(args.template, templates, 'en')}."
        raise Stopped("EC-MAIL-01", ja, en)
    quoted = templates[args.template]
    return args.subject or quoted.subject, args.body or quoted.body


def _mail(work: Work) -> None:
    """One mail an order (modelled) into the mbox file; nothing is sent."""
    shop, orders = work.shop, work.orders
    subject, body = _words(work)
    marks = set(_MARK.findall(subject + body))
    if unknown := sorted(marks - {*COLUMNS, _SHOP}):
        ja, en = f"差し込み項目「{unknown[0]}」がありません。", f"There is no placeholder {unknown[0]}."
        raise Stopped("EC-MAIL-01", ja, en)
    off = wants_no_mail(shop, orders)
    work.results.set(off, _REFUSED, SKIPPED)
    columns = sheet(shop, orders, sorted((marks - {_SHOP}) | {"顧客名", "メールアドレス"}))
    nowhere = ~off & (columns["メールアドレス"] == "").to_numpy()
    work.results.set(nowhere, _NOWHERE)
    some = np.flatnonzero(~off & ~nowhere)
    columns = columns[some].with_columns(pl.lit(shop.config.files.sender.name).alias(_SHOP))
    content = _mbox(work, columns, _filled(columns, subject), _filled(columns, body))
    work.artefacts.append(Artefact(f"mail-{work.job.number:06}.mbox", content))
    if len(some):
        shop.rows(Kind.MAIL, orders[some], work.actor, code=shop.log.code("bulk"))


def wants_no_mail(shop: Shop, orders: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Orders whose customer is set to 送信しない: as chosen, else drawn by the customer's key."""
    ids = customers_of(shop, orders)
    off: NDArray[np.bool_] = bits53_many(shop.seed, hash64_many(ids), Purpose.PERSON, 0, 200) < threshold(
        shop.config.files.mail_refused
    )
    chosen = shop.letters.mails
    for i in [i for i, customer in enumerate(ids) if customer in chosen] if chosen else ():
        off[i] = not chosen[ids[i]]
    return off


def _filled(columns: pl.DataFrame, text: str) -> list[str]:
    """The text with its marks filled, for each row."""
    parts = _MARK.split(text)
    filled = [columns[part].to_list() if i % 2 else [part] * len(columns) for i, part in enumerate(parts)]
    return ["".join(pieces) for pieces in zip(*filled, strict=True)]


def _mbox(work: Work, columns: pl.DataFrame, subjects: list[str], bodies: list[str]) -> bytes:
    """The mails one after another, as mbox readers take them; the instant is the job's."""
    sender = work.shop.config.files.sender
    at = datetime.datetime.fromtimestamp(work.shop.now, datetime.UTC).replace(tzinfo=_JST)
    from_line = f"From {sender.email} {at:%a %b %d %H:%M:%S %Y}"
    fixed = [
        f"From: {_encoded(sender.name)} <{sender.email}>", f"Date: {format_datetime(at)}", "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
    ]  # fmt: skip
    fixed += [f"{name}: {value}" for name, value in (("Cc", work.args.cc), ("Bcc", work.args.bcc)) if value]
    heads = "\n".join(fixed)
    rows = zip(
        columns["顧客名"].to_list(), columns["メールアドレス"].to_list(), subjects, bodies, strict=True
    )
    made = [
        f"{from_line}\n{heads}\nTo: {_encoded(name)} <{_line(address)}>\nSubject: {_encoded(_line(subject))}\n\n"
        f"{_folded(body)}\n\n"
        for name, address, subject, body in rows
    ]
    return "".join(made).encode()


def _line(text: str) -> str:
    """Without line breaks, so that nothing that a customer typed becomes a header."""
    return text.replace("\r", " ").replace("\n", " ")


def _encoded(text: str) -> str:
    """A header's text in encoded words of at most 75 characters each (RFC 2047)."""
    pieces = [text[i : i + 14] for i in range(0, len(text), 14)] or [""]
    return "\n ".join(f"=?utf-8?B?{b64encode(piece.encode()).decode()}?=" for piece in pieces)


def _folded(text: str) -> str:
    """Base64 in lines of 76."""
    packed = b64encode(text.encode()).decode()
    return "\n".join(packed[i : i + 76] for i in range(0, len(packed), 76))


def remind(work: Work) -> None:
    """Due date and memo are noted on the orders; nothing reaches the customer (EC-DUN-01)."""
    args = work.args
    entry = Dunning(work.shop.today, -1 if args.due is None else to_day(args.due), args.memo)
    for order in work.orders.tolist():
        work.shop.letters.dunnings.setdefault(order, []).append(entry)


LETTER_KINDS: dict[str, JobKind] = {
    "mail": JobKind(Mailing, _mail, "メール一括通知", "bulk mail"),
    "dunning": JobKind(Reminder, remind, "一括督促", "bulk dunning"),
}

"""How a form for orders is laid out: one A4 page an order (EC-PDF-01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from teiki_sim.calendar import iso
from teiki_sim.money import tax_included_breakdown, yen
from teiki_sim.pdf import Font, Text, line, shown, write

if TYPE_CHECKING:
    from teiki_sim.config import Config
    from teiki_sim.config_files import Form

__all__ = ["COLUMNS", "ITEM_COLUMNS", "Printing"]

#: What a form says of an order, and of each thing in it.
COLUMNS = (
    "受注番号", "受注日", "支払方法", "顧客名", "郵便番号", "都道府県", "住所", "お届け先氏名", "お届け先郵便番号",
    "お届け先都道府県", "お届け先住所", "手数料", "送料", "利用ポイント", "合計金額",
)  # fmt: skip
ITEM_COLUMNS = ("商品コード", "商品名", "数量", "単価", "金額")

_LEFT, _RIGHT = 50, 545
_NUMBER, _UNIT, _SUM = 370, 455, _RIGHT - 6
_TABLE, _ROW = 540, 20
_Item = tuple[str, ...]


@dataclass
class Printing:
    """One run of a form. ``issued``: days since 1970-01-01."""

    form: Form
    config: Config
    issued: int

    def file(self, orders: pl.DataFrame, items: pl.DataFrame, things: list[int]) -> bytes:
        """The whole file; ``things`` says how many rows of ``items`` each order has, in order."""
        font = Font(self._characters(orders, items))
        rows = items.iter_rows()
        pages = [
            self._page(font, order, [next(rows) for _ in range(n)])
            for order, n in zip(orders.iter_rows(), things, strict=True)
        ]
        return write(font, self._stamp(font), pages, self.form.title)

    def _characters(self, orders: pl.DataFrame, items: pl.DataFrame) -> set[str]:
        """Every character that the file may show."""
        found = set("0123456789-:,.%/()円〒様 税率対象内消費" + "".join(_LABELS) + self.form.title)
        found.update(
            self.form.lead, self.form.note, "".join(map(str, self.config.files.sender.model_dump().values()))
        )
        for frame in (orders, items):
            for name in frame.columns:
                found.update(*frame[name].unique().to_list())
        return found

    def _stamp(self, font: Font) -> str:
        """What all pages share: title, sender, the table's head."""
        form, sender = self.form, self.config.files.sender
        title = font.measure(form.title, 20)
        texts = [
            Text((_LEFT + _RIGHT - title) / 2, 775, 20, form.title),
            Text(_RIGHT, 745, 10, f"発行日: {iso(self.issued)}", True),
            Text(330, 680, 11, sender.name),
            Text(330, 664, 9, sender.address),
            Text(_LEFT, 580, 10, form.lead),
            Text(_LEFT + 6, _TABLE + 6, 10, "商品名"),
            Text(_NUMBER, _TABLE + 6, 10, "数量", True),
            Text(_LEFT, 60, 9, form.note),
        ]
        if sender.registration:
            texts.append(Text(330, 648, 9, f"登録番号: {sender.registration}"))
        if form.prices:
            texts += [Text(_UNIT, _TABLE + 6, 10, "単価", True), Text(_SUM, _TABLE + 6, 10, "金額", True)]
        rules = line(_LEFT, _TABLE + _ROW, _RIGHT, _TABLE + _ROW, 1) + line(_LEFT, _TABLE, _RIGHT, _TABLE, 1)
        return shown(font, texts) + rules

    def _page(self, font: Font, order: tuple[str, ...], items: list[_Item]) -> str:
        told = dict(zip(COLUMNS, order, strict=True))
        texts = list(_heads(font, told))
        y = _TABLE - 15
        for _, name, number, unit, amount in items:
            texts += [_fitted(font, _LEFT + 6, y, 10, name, 280), Text(_NUMBER, y, 10, number, True)]
            if self.form.prices:
                texts += [Text(_UNIT, y, 10, _yen(unit), True), Text(_SUM, y, 10, _yen(amount), True)]
            y -= _ROW
        rule = line(_LEFT, y + 12, _RIGHT, y + 12)
        if self.form.prices:
            for label, amount in _sums(told):
                texts += [Text(_UNIT, y, 10, label, True), Text(_SUM, y, 10, amount, True)]
                y -= _ROW
        if self.form.tax:
            texts += [
                Text(_SUM, y - 16 * i, 9, text, True) for i, text in enumerate(self._taxes(told, items))
            ]
        return shown(font, texts) + rule

    def _taxes(self, told: dict[str, str], items: list[_Item]) -> Iterator[str]:
        """What each rate comes to. Points come off the goods; fees bear the standard rate."""
        goods = self.config.goods
        lines = [
            (int(item[4]), goods[item[0]].tax_rate if item[0] in goods else 10)
            for item in items
            if int(item[4])
        ]
        if lines:
            lines[0] = lines[0][0] - int(told["利用ポイント"]), lines[0][1]
        lines += [(int(told[fee]), 10) for fee in ("手数料", "送料") if int(told[fee])]
        for share in tax_included_breakdown(lines, self.config.tax.rounding):
            yield f"{share.rate}%対象 {yen(share.total)}(内消費税 {yen(share.tax)})"


_LABELS = ("手数料", "送料", "ポイント利用", "合計", "受注番号", "受注日", "支払方法", "お届け先", "発行日", "登録番号", "商品名", "数量", "単価", "金額")  # fmt: skip


def _fitted(font: Font, x: float, y: float, size: float, text: str, width: float) -> Text:
    """A text that is made smaller where it would be wider than ``width``."""
    wide = font.measure(text, size)
    return Text(x, y, size if wide <= width else size * width / wide, text)


def _heads(font: Font, told: dict[str, str]) -> Iterator[Text]:
    """To whom, and about which order."""
    there = f"〒{told['お届け先郵便番号']} {told['お届け先都道府県']}{told['お届け先住所']}"
    yield Text(_LEFT, 735, 10, f"〒{told['郵便番号']}")
    yield _fitted(font, _LEFT, 721, 10, told["都道府県"] + told["住所"], 320)
    yield _fitted(font, _LEFT, 700, 14, f"{told['顧客名']} 様", 270)
    yield Text(_RIGHT, 730, 10, f"受注番号: {told['受注番号']}", True)
    yield Text(_RIGHT, 715, 10, f"受注日: {told['受注日']}", True)
    yield Text(_LEFT, 640, 9, f"支払方法: {told['支払方法']}")
    yield _fitted(font, _LEFT, 624, 9, f"お届け先: {told['お届け先氏名']} 様", _RIGHT - _LEFT)
    yield _fitted(font, _LEFT, 610, 9, there, _RIGHT - _LEFT)


def _yen(amount: str) -> str:
    return yen(int(amount))


def _sums(told: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Fees, postage and points where there are any, and the total."""
    for label, column in (("手数料", "手数料"), ("送料", "送料")):
        if int(told[column]):
            yield label, _yen(told[column])
    if int(told["利用ポイント"]):
        yield "ポイント利用", yen(-int(told["利用ポイント"]))
    yield "合計", _yen(told["合計金額"])

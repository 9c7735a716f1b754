"""The runbook as files: Markdown and a page in one language, CSV in both, and the command behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from teiki_reports import render_runbook
from teiki_scenarios.language import Language, refuse
from teiki_scenarios.runbook.answers import OUTCOMES, Answer, answers
from teiki_scenarios.runbook.matrix import COURSE, OPERATIONS, PHASES
from teiki_scenarios.runbook.rehearsal import rehearse
from teiki_scenarios.runbook.spreadsheet import as_csv, breaks
from teiki_sim.catalogue import invariants, rules
from teiki_sim.messages import METHOD_NAMES, METHODS, Method

__all__ = [
    "METHODS",
    "Book",
    "as_markdown",
    "as_page",
    "check",
    "method_of",
    "told",
    "work_out",
    "write",
]

PLATFORM_NAMES = {"ecforce": "ecforce", "subscstore": "サブスクストア", "tamago": "たまごリピート"}
_SHORT = {
    "card": Method.CARD, "np": Method.NP, "np_wiz": Method.NP_WIZ, "np_realtime": Method.NP_REALTIME,
    "score": Method.SCORE, "amazon_pay": Method.AMAZON_PAY, "rakuten_pay": Method.RAKUTEN_PAY, "cod": Method.COD,
    "bank": Method.BANK,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """A runbook: one platform, its cells."""

    platform: str
    cells: tuple[Answer, ...]

    @property
    def coverage(self) -> tuple[int, int]:
        """Cells worked out to a clear outcome, and all that there are."""
        return sum(cell.outcome != "failed" for cell in self.cells), len(self.cells)


def method_of(name: str) -> Method:
    """A payment method by its Japanese name or short one; BadInput for another."""
    if name in METHOD_NAMES:
        return METHODS[METHOD_NAMES.index(name)]
    if name.lower() in _SHORT:
        return _SHORT[name.lower()]
    known = ", ".join((*METHOD_NAMES, *_SHORT))
    raise refuse("teiki", "--payment", name, f"次のいずれか: {known}", f"one of {known}")


def work_out(platform: str, methods: Sequence[Method] = METHODS) -> Book:
    """Play every cell on a platform; BadInput for one that has no subscriptions of its own."""
    if platform not in PLATFORM_NAMES:
        known = ", ".join(PLATFORM_NAMES)
        raise refuse("teiki", "--platform", platform, f"次のいずれか: {known}", f"one of {known}")
    return Book(platform, tuple(answers(rehearse(platform, methods))))


def check(file: Path) -> None:
    """Raise BadInput where a file's name has no ending of ours, or it is a directory."""
    if file.suffix.lower() not in _FORMS or file.is_dir():
        raise refuse(
            str(file), "-o", file.name, "FILE.md, FILE.html, FILE.csv のいずれか", "FILE.md, .html or .csv"
        )


def write(book: Book, file: Path, lang: Language) -> None:
    """Write the form that the file's name asks for, whole or not at all; BadInput where that can't be done."""
    check(file)
    text = _FORMS[file.suffix.lower()](book, lang)
    encoding = "utf-8-sig" if file.suffix.lower() == ".csv" else "utf-8"  # so that a spreadsheet knows it
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding=encoding, newline="\n")
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        ja, en = "書き込めるファイル", "a file that can be written"
        raise refuse(str(file), "-o", error.strerror or error, ja, en) from None


def told(book: Book, file: Path, lang: Language) -> str:
    """What was worked out, in a line."""
    done, total = book.coverage
    if lang == "ja":
        return f"{done} / {total} マスを確認しました: {file}"
    return f"{done} of {total} cells worked out: {file}"


# ---- Markdown ------------------------------------------------------------------------------------

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("注文のキャンセル・変更 手順書", "Runbook: cancelling and changing orders"),
    "note": (
        "すべての結果は、小さな店舗で実際に操作して得たものです(EC-QA-01)。{done} / {all} マスを確認しました。金額と日付は例です。",
        "Every outcome was worked out by doing it in a small shop (EC-QA-01): {done} of {all} cells. Amounts and dates are examples.",
    ),
    "summary": ("早見表", "At a glance"),
    "operation": ("お申し出", "Asked for"),
    "course": ("定期受注の操作", "The subscription itself"),
    "steps": ("手順", "Steps"),
    "conditions": ("条件", "Conditions"),
    "effects": ("起きること", "What happens"),
    "instead": ("代わりに・注意", "Instead, or mind"),
    "meanings": ("規則と違反の意味", "What the rules and violations are"),
    "tell": ("お客様への案内", "Tell the customer"),
    "careless": ("やりがちな間違い", "The careless way"),
    "breaks": ("違反", "breaks"),
    "rules": ("規則", "Rules"),
    "outcome": ("結果", "Outcome"),
    "final": ("最後の状態", "In the end"),
    "legend": (
        "○ できる ・ △ 条件つき ・ － 荷物には効かない(注文と請求だけ変わる) ・ × できない ・ ！ してはいけない",
        "○ done · △ with conditions · － too late for the parcel: only order and bill change · × refused · ！ do not",
    ),
}
_MARKS = {"done": "○", "conditional": "△", "refused": "×", "failed": "×", "record": "－", "avoid": "！"}


def as_markdown(book: Book, lang: Language) -> str:
    """A section a method: an overview, then each cell."""
    i = 0 if lang == "ja" else 1

    def say(key: str, **values: object) -> str:
        return _WORDS[key][i].format(**values)

    done, total = book.coverage
    lines = [f"# {say('title')} — {PLATFORM_NAMES[book.platform]}", "", say("note", done=done, all=total), ""]
    for method, some in groupby(book.cells, lambda cell: cell.method):
        cells = list(some)
        lines += [f"## {method}", "", *_overview(cells, i), "", say("legend"), ""]
        for cell in cells:
            lines += _cell(cell, i, say)
    lines += [f"## {say('meanings')}", "", *(f"- {name}: {text}" for name, text in meanings(book, lang))]
    return "\n".join(lines).rstrip() + "\n"


def meanings(book: Book, lang: Language) -> list[tuple[str, str]]:
    """The invariants and rules that the cells name, in words."""
    broken = {pair[0] for cell in book.cells for pair in (*cell.breaks, *cell.own)}
    cited = {rule for cell in book.cells for rule in (*cell.rules, *(pair[1] for pair in cell.breaks))}
    found = [(name, entry.statement(lang)) for name, entry in invariants().items() if name in broken]
    return found + [(name, rule.statement(lang)) for name, rule in rules().items() if name in cited]


def _overview(cells: Sequence[Answer], i: int) -> list[str]:
    table = overview(cells, i)
    lines = ["| " + " | ".join(table[0]) + " |", "|" + " --- |" * len(table[0])]
    return lines + ["| " + " | ".join(row) + " |" for row in table[1:]]


def overview(cells: Sequence[Answer], i: int) -> list[list[str]]:
    """The marks of a method's cells: a row an operation, a column a phase."""
    heads = [_WORDS["operation"][i], *(words[i] for words in PHASES.values())]
    rows = [heads]
    for operation, words in OPERATIONS.items():
        row = [words[i]]
        for phase in PHASES:
            mine = [cell for cell in cells if (cell.operation, cell.phase) == (operation, phase)]
            row.append(" ".join(_mark(cell, i) for cell in mine) or "–")
        rows.append(row)
    return rows


def _mark(cell: Answer, i: int) -> str:
    situation = {
        "unpaid": ("支払い前", "unpaid"),
        "paid": ("支払い後", "paid"),
        "unauthorised": ("与信なし", "unauthorised"),
    }.get(cell.situation)
    mark = _MARKS[cell.outcome]
    return f"{mark} {situation[i]}" if situation else mark


def _cell(cell: Answer, i: int, say: Callable[..., str]) -> list[str]:
    lines = [f"### {cell.title[i]} — {cell.when[i]}", ""]
    rule = f" ({cell.rule})" if cell.rule else ""
    lines += [f"**{say('outcome')}: {OUTCOMES[cell.outcome][i]}**{rule}", "", f"{say('steps')}:", ""]
    lines += [f"{number}. {words[i]}" for number, words in enumerate(cell.steps, 1)] + [""]
    for key in ("conditions", "effects", "instead", "tell"):
        several = getattr(cell, key)
        if several:
            lines += [f"{say(key)}:", "", *(f"- {words[i]}" for words in several), ""]
    if cell.breaks:
        lines += [f"{say('careless')}: {cell.slip[i]} → {say('breaks')} {breaks(cell)}", ""]
    if cell.rules:
        lines += [f"{say('rules')}: {', '.join(cell.rules)}", ""]
    return lines


# ---- a page --------------------------------------------------------------------------------------


def as_page(book: Book, lang: Language) -> str:
    """One printable page that opens offline."""
    i = 0 if lang == "ja" else 1
    done, total = book.coverage
    words = {key: texts[i] for key, texts in _WORDS.items()}
    words["note"] = words["note"].format(done=done, all=total)
    methods = []
    for number, (method, some) in enumerate(groupby(book.cells, lambda cell: cell.method)):
        cells = list(some)
        methods.append({"id": f"m{number}", "name": method, **_page_of(cells, f"m{number}", i)})
    title = f"{words['title']} — {PLATFORM_NAMES[book.platform]}"
    return render_runbook(
        {"lang": lang, "title": title, "words": words, "methods": methods, "meanings": meanings(book, lang)}
    )


def _page_of(cells: Sequence[Answer], name: str, i: int) -> dict[str, Any]:
    told = [_plain(cell, f"{name}-{number}", i) for number, cell in enumerate(cells)]
    by_place: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for cell, plain in zip(cells, told, strict=True):
        by_place.setdefault((cell.operation, cell.phase), []).append(plain)
    rows = [
        {"name": words[i], "places": [by_place.get((operation, phase), []) for phase in PHASES]}
        for operation, words in OPERATIONS.items()
    ]
    course = [
        {"name": words[i], "places": [by_place.get((operation, ""), [])]}
        for operation, words in COURSE.items()
    ]
    groups = [
        {
            "name": words[i],
            "cells": [plain for cell, plain in zip(cells, told, strict=True) if cell.operation == operation],
        }
        for operation, words in (OPERATIONS | COURSE).items()
    ]
    return {
        "heads": [words[i] for words in PHASES.values()],
        "rows": rows,
        "course": course,
        "groups": groups,
    }


def _plain(cell: Answer, name: str, i: int) -> dict[str, Any]:
    several = {
        key: [words[i] for words in getattr(cell, key)]
        for key in ("steps", "conditions", "effects", "instead", "tell")
    }
    situation = cell.when[i].partition("(")[2].rstrip(")")
    return {
        "id": name, "title": cell.title[i], "when": cell.when[i], "situation": situation, "outcome": cell.outcome,
        "mark": _MARKS[cell.outcome], "word": OUTCOMES[cell.outcome][i], "rule": cell.rule,
        "slip": cell.slip[i], "breaks": breaks(cell), "rules": list(cell.rules), "final": cell.final[i], **several,
    }  # fmt: skip


_FORMS: dict[str, Callable[[Book, Language], str]] = {
    ".md": as_markdown,
    ".html": as_page,
    ".csv": lambda book, _lang: as_csv(book.platform, book.cells),
}

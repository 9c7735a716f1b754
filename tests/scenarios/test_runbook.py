"""`teiki runbook`: every cell is worked out by playing it, so another shop has another runbook."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from teiki_scenarios import cli
from teiki_scenarios.runbook.answers import Answer
from teiki_scenarios.runbook.matrix import COURSE, OPERATIONS, PHASES
from teiki_scenarios.runbook.pages import Book, as_markdown, as_page, work_out
from teiki_scenarios.runbook.spreadsheet import as_csv
from teiki_scenarios.switches import Swap
from teiki_sim.catalogue import invariants, rules
from teiki_sim.messages import DEFERRED, METHOD_NAMES, METHODS, UNCOVERED, Method

CARD, NP = Method.CARD, Method.NP


@pytest.fixture(scope="module")
def ecforce() -> Book:
    return work_out("ecforce")


def cell(book: Book, key: str) -> Answer:
    [found] = [cell for cell in book.cells if cell.key == key]
    return found


def outcomes(book: Book, keys: Sequence[str]) -> list[tuple[str, str]]:
    return [(cell(book, key).outcome, cell(book, key).rule) for key in keys]


@pytest.mark.proves("EC-QA-01")
def test_every_method_operation_and_phase_has_an_outcome_that_was_played() -> None:
    book = work_out("ecforce", [CARD, NP])
    six = ("cancel", "change_method", "change_to_card", "change_goods", "billing_address", "delivery_address")
    own = ("stop", "cancel_subscription", "resume", "next_date", "method_next", "pull_in")
    asked = {
        (method, operation, phase)
        for method in ("クレジットカード", "NP後払い")
        for operation in six
        for phase in ("before", "handed_over", "shipped")
    } | {(method, operation, "") for method in ("クレジットカード", "NP後払い") for operation in own}
    assert {(cell.method, cell.operation, cell.phase) for cell in book.cells} == asked
    assert all(cell.steps and cell.tell for cell in book.cells)
    assert book.coverage == (len(book.cells), len(book.cells))
    paid = [cell for cell in book.cells if cell.situation == "paid"]
    assert {cell.operation for cell in paid} == set(six)


def test_all_methods_are_covered(ecforce: Book) -> None:
    per_method = len(OPERATIONS) * len(PHASES) + len(COURSE) + 2
    unauthorised = 3 * (len(METHODS) - len(UNCOVERED))
    assert len(ecforce.cells) == per_method * len(METHODS) + len(OPERATIONS) * len(DEFERRED) + unauthorised
    assert {cell.method for cell in ecforce.cells} == set(METHOD_NAMES)
    assert ecforce.coverage == (len(ecforce.cells), len(ecforce.cells))


def test_what_ecforce_documents_comes_out(ecforce: Book) -> None:
    assert outcomes(ecforce, [
        "cancel/before/クレジットカード", "cancel/shipped/unpaid/NP後払い", "cancel/shipped/paid/NP後払い",
        "delivery_address/shipped/unpaid/NP後払い", "change_goods/shipped/paid/スコア後払い",
        "change_method/shipped/クレジットカード", "cancel/handed_over/Amazon Pay", "change_goods/shipped/クレジットカード",
        "change_goods/shipped/代引き", "billing_address/before/クレジットカード", "billing_address/before/NP後払い",
    ]) == [
        ("done", ""), ("done", ""), ("refused", "EC-SHP-03"), ("refused", "EC-SHP-02"), ("refused", "EC-SHP-02"),
        ("refused", "EC-UPD-04"), ("conditional", ""), ("record", ""), ("record", ""), ("done", ""), ("conditional", ""),
    ]  # fmt: skip


def test_side_effects_come_from_the_rows(ecforce: Book) -> None:
    effects = {
        key: [ja for ja, _ in cell(ecforce, key).effects]
        for key in (
            "cancel/before/クレジットカード",
            "change_goods/before/NP後払い",
            "cancel/shipped/unpaid/NP後払い",
        )
    }
    cancelled, added, returned = effects.values()
    assert "荷物は出ない" in cancelled and "付与したポイント30が取り消される" in cancelled
    assert "再与信が通り、与信額が6,000円になる" in added and "荷物は出る(04/20)" in added
    assert "決済の取消は3日後に確定する(決済状況「取消完了」)" in returned
    assert any("請求書は破棄" in ja for ja, _ in cell(ecforce, "cancel/shipped/unpaid/NP後払い").tell)


def test_the_careless_way_is_played_too(ecforce: Book) -> None:
    assert ("INV-01", "EC-CAN-01") in cell(ecforce, "cancel/before/クレジットカード").breaks
    assert ("INV-37", "EC-WH-01") in cell(ecforce, "delivery_address/handed_over/クレジットカード").breaks
    assert ("INV-10", "EC-SUB-07") in cell(ecforce, "stop/subscription/open_order/クレジットカード").breaks
    assert ("INV-30", "EC-UPD-03") in cell(ecforce, "change_method/before/NP後払い").breaks
    assert not [cell for cell in ecforce.cells if cell.own and cell.outcome != "avoid"]


def test_an_order_without_an_authorisation_is_cancelled_by_force(ecforce: Book) -> None:
    told = cell(ecforce, "cancel/before/unauthorised/クレジットカード")
    assert told.outcome == "done" and "強制キャンセル" in told.steps[0][0]
    assert "店舗側だけで取り消す(決済会社には連絡しない)" in [ja for ja, _ in told.effects]
    assert ("INV-03", "EC-CAN-07") in told.breaks
    assert cell(ecforce, "change_method/before/unauthorised/NP後払い").outcome == "conditional"
    there = {
        cell.method for cell in work_out("subscstore", [CARD, NP]).cells if cell.situation == "unauthorised"
    }
    assert there == {"NP後払い"}, "a card's refused charge leaves no order there"


def test_another_policy_is_another_runbook() -> None:
    keys = ["change_method/shipped/unpaid/NP後払い", "delivery_address/shipped/unpaid/NP後払い"]
    assert outcomes(work_out("ecforce", [NP]), keys) == [("refused", "EC-UPD-04"), ("refused", "EC-SHP-02")]
    swap = Swap()
    try:
        swap.policy("ecforce", captured_is_final=False, edits_after_ship=True)
        assert {outcome for outcome, _ in outcomes(work_out("ecforce", [NP]), keys)} == {"avoid"}
    finally:
        swap.undo()


def test_what_asks_for_a_new_authorisation_is_the_policys() -> None:
    key = "delivery_address/before/NP後払い"
    assert cell(work_out("ecforce", [NP]), key).outcome == "conditional"
    swap = Swap()
    try:
        swap.policy("ecforce", reauthorise_on={})
        told = cell(work_out("ecforce", [NP]), key)
        assert told.outcome == "avoid" and ("INV-22", "EC-REA-04") in told.own
        assert not any("再与信が通り" in ja for ja, _ in told.effects)
    finally:
        swap.undo()


@pytest.mark.parametrize("platform", ["subscstore", "tamago"])
def test_other_platforms_have_theirs(platform: str) -> None:
    book = work_out(platform, [CARD, NP])
    assert book.coverage == (len(book.cells), len(book.cells))
    assert cell(book, "cancel/before/クレジットカード").outcome == "done"
    assert cell(book, "cancel/handed_over/クレジットカード").outcome == "conditional"


# ---- files and the command -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(ecforce: Book) -> Book:
    return Book("ecforce", tuple(cell for cell in ecforce.cells if cell.method == "NP後払い"))


@pytest.mark.parametrize(("lang", "other"), [("ja", "Tell the customer"), ("en", "お客様への案内")])
def test_each_form_has_every_cell(small: Book, lang: Any, other: str) -> None:
    markdown, page = as_markdown(small, lang), as_page(small, lang)
    assert markdown.count("\n### ") == page.count("<article") == len(small.cells)
    assert other not in markdown and other not in page
    assert "<script" not in page and "http" not in page.split("</head>")[1]
    for words in (markdown, page):
        assert invariants()["INV-37"].statement(lang) in words
    rows = list(csv.DictReader(io.StringIO(as_csv(small.platform, small.cells))))
    assert len(rows) == len(small.cells)
    assert all(row["steps_ja"] and row["steps_en"] and row["tell_ja"] and row["tell_en"] for row in rows)
    assert {rule for row in rows for rule in row["rules"].split()} <= set(rules())


def teiki(*words: object) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def test_the_command_writes_what_the_name_asks_for(tmp_path: Path) -> None:
    for name, begins in (
        ("book.md", "# "),
        ("book.html", "<!doctype html>"),
        ("book.csv", "\ufeffplatform,"),
    ):
        done = teiki(
            "runbook", "--platform", "ecforce", "--payment", "cod", "-o", tmp_path / name, "--lang", "ja"
        )
        assert done.exit_code == 0 and "26 / 26" in done.stdout
        assert (tmp_path / name).read_text("utf-8").lstrip().startswith(begins)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.csv", "book.html", "book.md"]


def test_the_command_prints() -> None:
    told = json.loads(teiki("runbook", "--payment", "代引き", "--json").stdout)
    assert len(told) == 26 and {cell["method"] for cell in told} == {"代引き"}
    assert teiki("runbook", "--payment", "代引き", "--lang", "en").stdout.startswith("# Runbook")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--payment", "cash"), "[--payment]: found 'cash'"),
        (("-o", "book.docx"), "FILE.md, .html or .csv"),
        (("--platform", "marketplace"), "[--platform]: found 'marketplace'"),
    ],
)
def test_what_it_cannot_make_is_said(words: tuple[str, ...], told: str) -> None:
    done = teiki("runbook", *words, "--lang", "en")
    assert done.exit_code == 2 and told in done.stderr

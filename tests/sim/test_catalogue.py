"""The rule catalogue: complete, in two languages, and helpful about ids it does not have."""

import re
import subprocess
import sys
from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from teiki_sim.catalogue import Basis, Invariant, Kind, Lang, Rule, SeenBy, Severity, invariants, rules

# Section by section, in the catalogue's order; "TR-NP 1-5 8 6-7" is TR-NP-01 to -05, -08, -06, -07.
EXPECTED = """
SS-FREQ 1-12
SS-ORD 1-15, SS-LIM 1-4, SS-STOP 1-4, SS-RACE 1-4, SS-LAW 1-3, SS-NPW 1-2
SS-SKIP 1-5
SS-PAY 1-5, SS-SCORE 1-2, SS-NP 1-3, SS-AMZ 1-7, SS-RAK 1-3
SS-FC 1-5
EC-CAN 1-9, EC-QA 1, EC-REA 1-5, EC-WH 1-3, EC-SHP 1-8, EC-ADJ 1-3
EC-SUB 1-6 14-15 7-9, EC-MY 1-4, EC-SUB 10-13
EC-JOB 1-5, EC-UPD 1-13, EC-CSV 1-3, EC-PDF 1, EC-DUN 1, EC-MAIL 1, EC-PAY 1-8, EC-SUR 1
TR-HOLD 1-9, TR-MAIL 1-4, TR-NP 1-5 8 6-7, TR-HOLD 10-19
AM-CAN 1-14
"""

PLATFORMS = {"SS": "subscstore", "EC": "ecforce", "TR": "tamago", "AM": "marketplace"}

TITLES = {
    "subscstore": {"サブスクストア: 受注管理のよくある質問"},
    "ecforce": {"ecforce: オープン前確認 注文のキャンセル・変更処理の確認", "ecforce: 受注情報の一括処理"},
    "tamago": {"たまごリピート: 要対応とは?"},
    "marketplace": {"Amazon輸出 注文キャンセルを受けた時はこれだけ!4つの対処法"},
}

REFUSALS = """
SS-FREQ-11 SS-ORD-04 SS-ORD-12 SS-LIM-01 SS-NPW-01 SS-SKIP-05 SS-RAK-01 EC-CAN-03 EC-CAN-06 EC-REA-03
EC-SHP-02 EC-SHP-03 EC-SHP-05 EC-SHP-06 EC-SUB-09 EC-MY-03 EC-UPD-04 EC-PAY-01 EC-PAY-04
"""

MISTAKES = """
SS-ORD-11 SS-ORD-13 SS-ORD-14 SS-LIM-04 SS-STOP-03 SS-STOP-04 SS-RACE-03 SS-RACE-04 SS-LAW-02 SS-LAW-03
SS-NPW-02 SS-SKIP-04 SS-PAY-05 SS-SCORE-02 SS-NP-02 SS-NP-03 SS-AMZ-06 SS-AMZ-07 SS-RAK-03
EC-CAN-01 EC-CAN-07 EC-CAN-08 EC-REA-04 EC-REA-05 EC-WH-01 EC-WH-03 EC-SHP-04 EC-SHP-07 EC-SHP-08 EC-ADJ-03
EC-SUB-06 EC-SUB-07 EC-SUB-11 EC-SUB-12 EC-SUB-13 EC-MY-04 EC-JOB-03 EC-JOB-05 EC-UPD-03 EC-UPD-07 EC-UPD-08
EC-UPD-09 EC-UPD-11 EC-UPD-12 EC-UPD-13 EC-CSV-03 EC-PAY-01 EC-PAY-07 EC-PAY-08
TR-HOLD-02 TR-HOLD-03 TR-HOLD-04 TR-HOLD-07 TR-HOLD-09 TR-HOLD-12 TR-HOLD-17 TR-HOLD-18 TR-NP-07 TR-NP-08
AM-CAN-01 AM-CAN-05 AM-CAN-08 AM-CAN-12
"""

NOT_FROM_THE_LOG_ALONE = {
    "INV-21": ("log", "intent"),
    "INV-24": ("mutant",),
    "INV-25": ("log", "mutant"),
    "INV-39": ("intent",),
    "INV-40": ("self",),
    "INV-41": ("self",),
    "INV-42": ("log", "intent"),
    "INV-43": ("log", "mutant"),
    "INV-44": ("mutant",),
    "INV-45": ("log", "mutant"),
    "INV-50": ("self",),
}

# INV-39 turns on what the operator meant: nobody can be convicted of that, only warned.
WARNINGS = {"INV-15", "INV-19", "INV-39", "INV-54"}

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
HALF_WIDTH = re.compile("[\uff61-\uff9f()?!+]")
"""Kana or marks that look foreign in Japanese text."""
STATUSES = re.compile(r"[一-龠ァ-ヶー]*(?:済み|待ち|作業中|完了|保留|NG|失敗|エラー|停止|継続|終了|有効)")


def expected_ids() -> list[str]:
    ids = []
    for group in re.split(r"[,\n]\s*", EXPECTED.strip()):
        prefix, *runs = group.split()
        for run in runs:
            first, _, last = run.partition("-")
            ids += [f"{prefix}-{n:02}" for n in range(int(first), int(last or first) + 1)]
    return ids


def every(kind: str) -> list[str]:
    return [rule.id for rule in rules().values() if kind in rule.kinds]


def test_the_rules_are_complete_and_in_order() -> None:
    assert list(rules()) == expected_ids()
    assert len(rules()) == len(set(rules())) == 200


def test_the_invariants_are_complete_and_in_order() -> None:
    assert list(invariants()) == [f"INV-{n:02}" for n in range(1, 56)]


def test_every_row_carries_its_own_id() -> None:
    assert all(rule.id == key for key, rule in rules().items())
    assert all(invariant.id == key for key, invariant in invariants().items())


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_is_whole(rule: Rule) -> None:
    assert rule.platform == PLATFORMS[rule.id[:2]]
    assert rule.kinds and len(set(rule.kinds)) == len(rule.kinds)
    assert set(rule.kinds) <= set(get_args(Kind))
    assert rule.basis in get_args(Basis)
    in_two_languages(rule.statement_ja, rule.statement_en)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_names_its_document_and_the_place_in_it(rule: Rule) -> None:
    for part in rule.source.split("; "):
        title, _, place = part.partition(" — ")
        assert title in TITLES[rule.platform]
        assert place


@pytest.mark.parametrize("rule", [r for r in rules().values() if r.modelled_part_ja or r.modelled_part_en])
def test_a_modelled_part_is_told_in_both_languages(rule: Rule) -> None:
    in_two_languages(rule.modelled_part_ja, rule.modelled_part_en)
    assert rule.basis != "modelled", "a part is named only where the rest is documented or derived"


def test_what_the_sources_leave_open_is_marked() -> None:
    told = {rule.id for rule in rules().values() if rule.modelled_part_en}
    assert told >= {"SS-FREQ-04", "SS-FREQ-07", "SS-SKIP-03", "EC-CAN-06", "EC-SUB-03", "EC-PAY-04"}


def test_refusals_and_mistakes_are_marked_as_such() -> None:
    assert sorted(every("R")) == sorted(REFUSALS.split())
    assert sorted(every("V")) == sorted(MISTAKES.split())


def test_settings_forecasts_and_jobs_are_marked_as_such() -> None:
    assert set(every("S")) == {f"EC-MY-{n:02}" for n in (1, 2, 3)} | {
        "EC-ADJ-02", "EC-SUB-15", "TR-MAIL-03", "TR-NP-01",
    }  # fmt: skip
    assert set(every("F")) == {f"SS-FC-{n:02}" for n in range(1, 6)} | {"AM-CAN-11", "AM-CAN-14"}
    assert {rule.split("-")[1] for rule in every("J")} == {
        "JOB",
        "UPD",
        "CSV",
        "PDF",
        "DUN",
        "MAIL",
        "PAY",
        "SUR",
    }


def test_a_derived_rule_is_never_a_setting_or_a_job() -> None:
    derived = [rule for rule in rules().values() if rule.basis == "derived"]
    assert derived
    assert not [rule.id for rule in derived if {"S", "J"} & set(rule.kinds)]


@pytest.mark.parametrize("invariant", invariants().values(), ids=lambda invariant: invariant.id)
def test_an_invariant_is_whole(invariant: Invariant) -> None:
    assert invariant.severity in get_args(Severity)
    assert set(invariant.seen_by) <= set(get_args(SeenBy))
    in_two_languages(invariant.statement_ja, invariant.statement_en)
    in_two_languages(invariant.advice_ja, invariant.advice_en)
    assert invariant.advice_ja.endswith("ください。")
    assert invariant.advice_ja.count("。") == 1


def test_who_can_see_an_invariant_broken() -> None:
    assert {i.id: i.seen_by for i in invariants().values() if i.seen_by != ("log",)} == NOT_FROM_THE_LOG_ALONE


def test_warnings_are_only_warned_of() -> None:
    assert {i.id for i in invariants().values() if i.severity == "warning"} == WARNINGS
    assert {i.severity for i in invariants().values()} == {"violation", "warning"}


def test_no_two_rows_say_the_same() -> None:
    texts = [text for r in rules().values() for text in (r.statement_ja, r.statement_en)]
    texts += [text for i in invariants().values() for text in (i.statement_ja, i.statement_en)]
    texts += [text for i in invariants().values() for text in (i.advice_ja, i.advice_en)]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("row", [*rules().values(), *invariants().values()], ids=lambda row: row.id)
def test_statuses_keep_their_japanese_names(row: Rule | Invariant) -> None:
    for status in STATUSES.findall(row.statement_en):
        assert status in row.statement_ja


def test_a_text_is_had_by_language() -> None:
    rule, invariant = rules()["EC-PAY-04"], invariants()["INV-01"]
    for lang in get_args(Lang):
        assert rule.statement(lang) == getattr(rule, f"statement_{lang}")
        assert rule.modelled_part(lang) == getattr(rule, f"modelled_part_{lang}")
        assert invariant.statement(lang) == getattr(invariant, f"statement_{lang}")
        assert invariant.advice(lang) == getattr(invariant, f"advice_{lang}")


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("SS-FREQ-1", "SS-FREQ-01"), ("ec-can-01", "EC-CAN-01"), ("EC-CNA-03", "EC-CAN-03")],
)
def test_an_unknown_rule_names_the_nearest(wrong: str, nearest: str) -> None:
    with pytest.raises(KeyError, match=f"no rule '{wrong}' in the catalogue; the nearest is {nearest}"):
        rules()[wrong]


def test_an_unknown_invariant_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="no invariant 'INV-1' in the catalogue; the nearest is INV-01"):
        invariants()["INV-1"]


def test_nothing_near_is_not_guessed_at() -> None:
    with pytest.raises(KeyError, match=r"no rule '\?' in the catalogue\"$"):
        rules()["?"]


def test_the_catalogue_is_an_ordinary_mapping() -> None:
    assert "EC-CAN-01" in rules() and "EC-CAN-99" not in rules()
    assert rules().get("EC-CAN-99") is None
    assert rules() is rules()
    with pytest.raises(FrozenInstanceError):
        rules()["EC-CAN-01"].source = ""  # type: ignore[misc]


def test_importing_reads_no_file_and_nothing_heavy() -> None:
    script = (
        "import sys, teiki_sim.catalogue as c;"
        "assert not c.rules.cache_info().currsize;"
        "assert not {'numpy', 'polars', 'simpy', 'pydantic'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def in_two_languages(ja: str, en: str) -> None:
    assert ja == ja.strip() and en == en.strip()
    assert ja != en
    assert JAPANESE.search(ja) and ja.endswith("。")
    assert en.endswith(".")
    assert not HALF_WIDTH.search(ja)
    assert len(JAPANESE.findall(en)) < len(en) / 2

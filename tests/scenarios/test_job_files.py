"""The files of bulk jobs: CSV, PDF, mails and survey results, read as those who get them would."""

import csv
import datetime
import io
import mailbox
import sys
from collections.abc import Sequence
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pypdf
import pytest
from numpy.typing import NDArray

from teiki_scenarios.scenario_file import from_tables
from teiki_scenarios.stage import Stage
from teiki_sim import addressing, course_edits, pdf
from teiki_sim.jobs import engine
from teiki_sim.jobs.job import Job
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.selection import Selection
from teiki_sim.log.kinds import Actor
from teiki_sim.people import FIELDS, BookPeople, MadeUp

SHOP = {
    "name": "files",
    "platform": "ecforce",
    "start": datetime.date(2026, 4, 10),
    "until": datetime.date(2026, 4, 30),
    "given": {
        "goods": {"TEA": {"price": 3240, "name": "お茶", "tax_rate": 8}, "BAG": {"price": 0, "name": "巾着"}},
        "settings": {
            "gifts": [{"count": 1, "product": "BAG", "name": "初回特典の巾着"}],
            "carriers": {"ヤマト運輸": {"fee": 550}},
            "points": {"members": 0},
            "files": {"mail_refused": 0, "survey_link": True},
        },
        "subscriptions": {
            "A": {"product": "TEA", "quantity": 2, "next_delivery_date": datetime.date(2026, 4, 23)},
            "B": {"product": "TEA", "method": "代引き", "next_delivery_date": datetime.date(2026, 4, 23)},
        },
    },
}  # fmt: skip


class Neighbours:
    """Two customers, of whom one has a name that CP932 lacks, and one a dash that it writes otherwise."""

    def of(self, ids: Sequence[str], moves: NDArray[Any]) -> pl.DataFrame:
        rows = {
            "A": ("𠮷野 ハナ", "ヨシノ ハナ", "100-0001", "東京都", "千代田区千代田1−1", "03-0000-0000", "a@example.com"),
            "B": ("髙橋 太郎", "タカハシ タロウ", "530-0001", "大阪府", "大阪市北区2-2", "06-0000-0000", "b@example.com"),
        }  # fmt: skip
        moved = [
            (*rows[one][:4], rows[one][4] + ("" if not move else f" 移転{move}"), *rows[one][5:])
            for one, move in zip(ids, moves.tolist(), strict=True)
        ]
        return pl.DataFrame(moved, schema=list(FIELDS), orient="row")


@pytest.fixture
def stage() -> Stage:
    """Two children, generated and not shipped yet, on the 17th."""
    return a_stage("ecforce")


def a_stage(platform: str) -> Stage:
    made = Stage.of(from_tables(SHOP | {"platform": platform}))
    made.shop.people = Neighbours()
    made.world.run(until=(made.world.start + 7) * 86_400 + 11 * 3600)
    return made


def ran(stage: Stage, kind: str, selection: Selection | None = None, **args: Any) -> Job:
    """A job, run at once."""
    given = KINDS[kind].args.model_validate(args)
    job = engine.register(stage.shop, kind, selection or Selection(), given)
    engine.run(stage.shop, job)
    return job


def lines(job: Job, encoding: str = "cp932") -> list[list[str]]:
    [file] = job.artefacts
    return list(csv.reader(io.StringIO(file.content.decode(encoding), newline="")))


@pytest.mark.proves("EC-CSV-01")
def test_a_format_says_which_columns_and_what_a_line_is(stage: Stage) -> None:
    orders = lines(ran(stage, "csv", format="受注一覧"))
    assert orders[0] == stage.world.config.files.csv_formats["受注一覧"].columns
    assert [row[orders[0].index("合計金額")] for row in orders[1:]] == ["3790", "7030"]
    items = lines(ran(stage, "csv", format="受注明細"))
    assert items[0] == ["受注番号", "商品コード", "商品名", "数量", "単価", "金額", "区分"]
    assert [row[1:] for row in items[1:]] == [
        ["TEA", "お茶", "1", "3240", "3240", "商品"],
        ["BAG", "初回特典の巾着", "1", "0", "0", "同梱品"],
        ["TEA", "お茶", "2", "3240", "6480", "商品"],
        ["BAG", "初回特典の巾着", "1", "0", "0", "同梱品"],
    ]


@pytest.mark.proves("EC-SUB-10")
def test_an_order_has_the_time_slot_that_held_when_it_was_made() -> None:
    given = SHOP["given"]
    assert isinstance(given, dict)
    formats = {"時間": {"columns": ["定期受注番号", "定期回数", "お届け時間"]}}
    settings = given["settings"] | {"files": {"csv_formats": formats}}
    longer = {"until": datetime.date(2026, 5, 20), "given": given | {"settings": settings}}
    stage = Stage.of(from_tables(SHOP | longer))
    stage.world.run(until=(stage.world.start + 7) * 86_400)
    course_edits.edit_time_slot(stage.shop, stage.subscription("A"), "午前中", Actor.OPERATOR)
    stage.world.run(until=stage.world.end * 86_400)
    rows = lines(ran(stage, "csv", format="時間"))[1:]
    assert sorted(row for row in rows if row[0] == "A") == [["A", "1", ""], ["A", "2", "午前中"]]
    assert all(row[2] == "" for row in rows if row[0] == "B")


def test_a_format_that_the_shop_lacks_fails_the_job(stage: Stage) -> None:
    job = ran(stage, "csv", format="受注一欄")
    assert job.state == "failed" and job.why is not None and "受注一覧" in job.why.ja
    assert job.artefacts == []


@pytest.mark.proves("EC-CSV-01")
@pytest.mark.parametrize(
    ("encoding", "codec", "name", "street"),
    [
        ("CP932", "cp932", "〓野 ハナ", "千代田区千代田1－1"),
        ("UTF-8", "utf-8", "𠮷野 ハナ", "千代田区千代田1−1"),
        ("UTF-8 (BOM)", "utf-8-sig", "𠮷野 ハナ", "千代田区千代田1−1"),
    ],
)
def test_an_encoding_loses_no_file(stage: Stage, encoding: str, codec: str, name: str, street: str) -> None:
    job = ran(stage, "csv", format="出荷リスト", encoding=encoding)
    head, *rows = lines(job, codec)
    found = {row[head.index("お届け先氏名")]: row[head.index("お届け先住所")] for row in rows}
    assert found == {name: street, "髙橋 太郎": "大阪市北区2-2"}
    assert job.artefacts[0].content.startswith(b"\xef\xbb\xbf") == (encoding == "UTF-8 (BOM)")
    assert job.state == "completed" and len(job.results.failed) == 0
    noted = [job.results.reason(i).code for i in range(2)]
    assert noted == (["", "CP932"] if encoding == "CP932" else ["", ""])


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


@pytest.mark.proves("EC-PDF-01")
def test_a_form_is_a_page_an_order_with_its_font(stage: Stage) -> None:
    job = ran(stage, "pdf", form="領収書", issued=datetime.date(2026, 5, 1))
    assert [file.name for file in job.artefacts] == ["領収書-000001.pdf"]
    file = read(job.artefacts[0].content)
    assert len(file.pages) == 2
    text = file.pages[1].extract_text()
    for part in (
        "領収書", "発行日: 2026-05-01", "𠮷野 ハナ 様", "東京都千代田区千代田1−1", "お茶", "初回特典の巾着", "6,480円", "7,030円",
        "8%対象 6,480円(内消費税 480円)", "10%対象 550円(内消費税 50円)",
    ):  # fmt: skip
        assert part in text
    for page in file.pages:
        fonts: Any = page["/Resources"]
        for font in fonts["/Font"].values():
            inner = font["/DescendantFonts"][0].get_object()
            program = inner["/FontDescriptor"]["/FontFile3"].get_object()
            assert program["/Subtype"] == "/CIDFontType0C" and len(program.get_data()) > 1000
            assert "/ToUnicode" in font


def test_a_form_without_prices_shows_none(stage: Stage) -> None:
    job = ran(stage, "pdf", form="納品書(金額なし)")
    text = read(job.artefacts[0].content).pages[0].extract_text()
    assert "納品書" in text and "発行日: 2026-04-17" in text and "円" not in text


def test_without_the_extra_the_job_says_what_to_install(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "noto_cjk_sans_jp_regular", None)
    pdf.known_characters.cache_clear()
    pdf._whole.cache_clear()
    job = ran(stage, "pdf", form="納品書")
    assert job.state == "failed" and job.why is not None and "teiki[pdf]" in job.why.en


def test_a_form_that_the_shop_lacks_fails_the_job(stage: Stage) -> None:
    assert ran(stage, "pdf", form="送り状").state == "failed"


@pytest.mark.proves("SS-ORD-09")
def test_a_delivery_note_only_where_it_goes_elsewhere() -> None:
    stage = a_stage("subscstore")
    addressing.change_address(stage.shop, stage.subscription("A"), Actor.OPERATOR)
    job = ran(stage, "pdf", form="納品書")
    by_order = dict(zip(job.orders.tolist(), range(2), strict=True))
    away, here = by_order[stage.order("A#1")], by_order[stage.order("B#1")]
    assert job.results.reason(here).code == "SS-ORD-09" and job.results.counts()["skipped"] == 1
    assert job.results.reason(away).code == ""
    [page] = read(job.artefacts[0].content).pages
    assert "東京都千代田区千代田1−1 移転1" in page.extract_text()
    assert len(read(ran(stage, "pdf", form="領収書").artefacts[0].content).pages) == 2


def mails(job: Job, directory: Path) -> list[tuple[str, str, str]]:
    """To, subject and body of each mail of a job's mbox file."""
    [file] = job.artefacts
    path = directory / file.name
    path.write_bytes(file.content)
    box: Any = mailbox.mbox(path)
    found = [
        (str(make_header(decode_header(m["To"]))), str(make_header(decode_header(m["Subject"]))), bytes(m.get_payload(decode=True)).decode())
        for m in box
    ]  # fmt: skip
    box.close()
    return found


@pytest.mark.proves("EC-MAIL-01")
def test_three_ways_to_write_a_mail(stage: Stage, tmp_path: Path) -> None:
    number = stage.shop.names.order(stage.order("A#1"))
    _, (to, subject, body) = mails(ran(stage, "mail", template="お支払いのお願い"), tmp_path)
    assert (to, subject) == ("𠮷野 ハナ <a@example.com>", "【サンプル商店】お支払いのお願い")
    assert body == f"𠮷野 ハナ 様\n\nご注文 {number}(7030円)のお支払いが確認できておりません。\n"
    edited = mails(
        ran(stage, "mail", template="お支払いのお願い", body="{{顧客名}} 様へ再度のお願い"), tmp_path
    )
    assert edited[1][1:] == (subject, "𠮷野 ハナ 様へ再度のお願い")
    free = ran(stage, "mail", subject="棚卸しのため", body="お休みします。", cc="c@example.com")
    assert mails(free, tmp_path)[0][1:] == ("棚卸しのため", "お休みします。")
    assert b"\nCc: c@example.com\n" in free.artefacts[0].content


@pytest.mark.proves("EC-MAIL-01")
def test_who_wants_no_mails_gets_none(stage: Stage, tmp_path: Path) -> None:
    stage.shop.letters.mails["A"] = False
    job = ran(stage, "mail", template="発送のお知らせ")
    assert [to for to, _, _ in mails(job, tmp_path)] == ["髙橋 太郎 <b@example.com>"]
    assert job.results.counts() == {"done": 1, "failed": 0, "skipped": 1}
    assert "送信しない" in engine.review(stage.shop, job).decode()


def test_a_placeholder_that_is_none_fails_the_job(stage: Stage) -> None:
    job = ran(stage, "mail", subject="{{顧客}}", body="様")
    assert job.state == "failed" and job.artefacts == []


@pytest.mark.proves("EC-DUN-01")
def test_a_dunning_is_on_the_order_and_nowhere_else(stage: Stage) -> None:
    before = stage.shop.log.rows
    ran(stage, "dunning", due=datetime.date(2026, 5, 10), memo="電話で督促")
    stage.shop.log.flush()
    assert {event.kind.label for event in stage.recorder.events(before)} == {"job"}
    formats = stage.world.config.files.csv_formats
    formats["督促"] = formats["受注一覧"].model_copy(update={"columns": ["支払期限", "督促メモ"]})
    assert lines(ran(stage, "csv", format="督促"))[1:] == [["2026/05/10", "電話で督促"]] * 2


@pytest.mark.proves("EC-SUR-01")
def test_survey_results_need_the_condition(stage: Stage) -> None:
    assert ran(stage, "survey_csv").state == "failed"
    asked = Selection.model_validate({"search": {"personalise": "きっかけ"}})
    job = ran(stage, "survey_csv", asked)
    head, *rows = lines(job)
    assert head[-2:] == ["質問", "回答"] and len(rows) == 2
    answers = {*stage.world.config.files.surveys["きっかけ"].answers, ""}
    assert {row[-1] for row in rows} <= answers


def test_people_are_made_up_the_same_each_time_and_a_move_is_another_address() -> None:
    ids = [f"C{i}" for i in range(500)]
    stay, go = np.zeros(500, np.int64), np.ones(500, np.int64)
    first = MadeUp().of(ids, stay)
    assert first.equals(MadeUp().of(ids, stay)) and first["email"].n_unique() == 500
    moved = MadeUp().of(ids, go)
    assert moved["name"].equals(first["name"])
    assert int((moved["address"] != first["address"]).sum()) > 495
    assert first["phone"].str.starts_with("000-").all() and first["email"].str.ends_with("@example.com").all()


def test_people_of_a_book_are_those_that_it_names(tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(
        "定期受注番号,顧客番号,氏名,郵便番号,住所,頻度,商品コード,支払方法,ステータス\nS1,C1,田中 花子,1000001,東京都千代田区1,1ヶ月ごと,TEA,代引き,継続\n"
    )
    known = BookPeople(book)
    [row] = known.of(["C1"], np.zeros(1, np.int64)).to_dicts()
    assert (row["name"], row["address"]) == ("田中 花子", "東京都千代田区1")
    made = MadeUp().of(["C1", "C2"], np.array([1, 0]))
    assert known.of(["C1", "C2"], np.array([1, 0]))["address"].to_list() == made["address"].to_list()

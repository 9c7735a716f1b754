"""The README: two languages that say the same, and commands that exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from teiki_scenarios.cli import app
from teiki_sim.book import read_book
from teiki_sim.book_headers import BOOK, known_headers, plain
from teiki_sim.config import Config

ROOT = Path(__file__).parents[2]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md")}
BLOCK = re.compile(r"(?ms)^```sh\n(.*?)^```$")
COMMANDS = sorted(
    {
        line.partition("#")[0].strip()
        for text in READMES.values()
        for block in BLOCK.findall(text)
        for line in block.splitlines()
        if line.startswith("teiki ")
    }
)


def outline(text: str) -> list[str]:
    """Headings, list items, table rows, code without its comments, and marks: what a translation keeps."""
    shape, code = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            code = not code
        elif code:
            shape.append(line.partition("#")[0].strip())
        elif found := re.match(r"#+ |- |\| ?|<!-- .*? -->", line):
            shape.append(found[0].strip())
    return shape


def test_both_languages_have_the_same_parts() -> None:
    assert outline(READMES["README.md"]) == outline(READMES["README.ja.md"])


@pytest.mark.parametrize("name", READMES)
def test_marks_stand_before_their_blocks(name: str) -> None:
    for mark in ("run", "test"):
        assert len(re.findall(f"(?m)^<!-- {mark} -->\n```sh\n.+\n```$", READMES[name])) == 1
    assert READMES[name].count("<!-- bench -->\n") == READMES[name].count("<!-- /bench -->\n") == 1


def book_table(name: str) -> dict[str, str]:
    """What a README says of each column of a book, by key; its headers are known ones."""
    lines = READMES[name].partition("subscription_id")[2].partition("\n\n")[0]
    said: dict[str, str] = {}
    for line in ("| 定期受注番号, 顧客番号 | `subscription_id" + lines).splitlines():
        _, headers, english, value, _ = line.split("|")
        keys = [known_headers(BOOK)[plain(header)] for header in re.split("[,、]", headers)]
        assert keys == re.findall("`(.+?)`", english)
        said |= dict.fromkeys(keys, value)
    return said


@pytest.mark.parametrize("name", READMES)
def test_columns_of_a_book_are_all_told(name: str) -> None:
    said = book_table(name)
    personal = {"name", "kana", "postcode", "prefecture", "address", "phone", "email", "course"}
    assert set(said) == {column.key for column in BOOK} - personal
    assert {key for key in said if re.search("^ (needed|code needed|必須|コードは必須)", said[key])} - {
        "quantity", "unit_price"
    } == {column.key for column in BOOK if column.required}  # fmt: skip


@pytest.mark.parametrize("name", READMES)
def test_values_and_mapping_of_a_book_are_read(name: str, tmp_path: Path) -> None:
    said = {key: re.split("[:;:。,、()(]", value.replace("`", "")) for key, value in book_table(name).items()}
    words = {key: [word.strip() for word in values if word.strip()] for key, values in said.items()}
    frequencies, methods = words["frequency"][1:], words["payment_method"][1:]
    dates = [word for word in words["next_ship_date"] if word[0].isdigit()]
    assert (len(frequencies), len(methods), len(dates)) == (10, 9, 4)
    rows = [f"{f},クレジットカード,{dates[0]}" for f in frequencies]
    rows += [f"1ヶ月ごと,{m},{dates[0]}" for m in (*methods, "カード")]
    rows += [f"1ヶ月ごと,代引き,{d}" for d in dates]
    book, mapping = tmp_path / "book.csv", tmp_path / "mapping.toml"
    lines = [f"{i},C,TEA-30,継続,{row}" for i, row in enumerate(rows)]
    header = "契約ID,顧客番号,商品コード,ステータス,頻度,支払方法,次回出荷予定日"
    book.write_text("\n".join([header, *lines]), encoding="utf-8")
    (toml,) = re.findall(r"(?ms)^```toml\n(.*?)^```$", READMES[name])
    mapping.write_text(toml, encoding="utf-8")
    read = read_book(book, Config(), mapping=mapping)
    assert len(read) == len(rows)
    assert read.unknown_columns == ()
    assert read.counts() == {"継続": len(rows)}


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_and_options_exist(line: str) -> None:
    _, name, *words = shlex.split(line)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    command = group.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", [*READMES, "ARCHITECTURE.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    local = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in local if not (ROOT / link).exists()] == []

"""The README: two languages that say the same, and commands that exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from teiki_scenarios.cli import app

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

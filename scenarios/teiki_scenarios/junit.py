"""Results of scenarios as JUnit XML, the form that continuous integration reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from teiki_scenarios.language import Language, refuse

if TYPE_CHECKING:
    from teiki_scenarios.runner import Outcome

__all__ = ["write_junit"]


def write_junit(path: Path, outcomes: Sequence[Outcome], lang: Language) -> None:
    """Write one suite with a case for each scenario; BadInput where the file cannot be written."""
    errors = sum(bool(outcome.error) for outcome in outcomes)
    failures = sum(not outcome.passed for outcome in outcomes) - errors
    counts: dict[str, str] = {
        "name": "teiki run",
        "tests": str(len(outcomes)),
        "failures": str(failures),
        "errors": str(errors),
    }
    seconds = f"{sum(outcome.seconds for outcome in outcomes):.3f}"
    root = ET.Element("testsuites", {**counts, "time": seconds})
    suite = ET.SubElement(root, "testsuite", {**counts, "time": seconds})
    for outcome in outcomes:
        _case(suite, outcome, lang)
    ET.indent(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise refuse(
            str(path), "--junit", error.strerror or error, "書き込めるファイル", "a file to write"
        ) from None


def _case(suite: ET.Element, outcome: Outcome, lang: Language) -> None:
    played = outcome.played
    case = ET.SubElement(
        suite, "testcase", name=played.name, classname=Path(outcome.file).name.split(".")[0],
        file=outcome.file, time=f"{outcome.seconds:.3f}",
    )  # fmt: skip
    if played.rules:
        properties = ET.SubElement(case, "properties")
        for rule in played.rules:
            ET.SubElement(properties, "property", name="rule", value=rule)
    if outcome.error:
        last = outcome.error.strip().splitlines()[-1]
        ET.SubElement(case, "error", message=_plain(last)).text = _plain(outcome.error)
    for miss in played.misses:
        text = miss.text(lang)
        ET.SubElement(case, "failure", message=_plain(text.splitlines()[0])).text = _plain(text)


def _plain(text: str) -> str:
    """Without the control characters that XML does not know."""
    return "".join(char for char in text if char in "\n\t" or char >= " ")

"""The catalogue of rules and the list of event kinds, as rows and in print."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import typer

from teiki_scenarios.language import Language
from teiki_sim import catalogue
from teiki_sim.log.kinds import NOTES
from teiki_sim.messages import Method
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.wording import MESSAGES, rule_of
from teiki_sim.slip_names import SLIPS

__all__ = ["What", "kinds", "rows", "rules", "show", "slips", "vendors"]

Row = Mapping[str, Any]
What = Literal["rules", "events", "vendors", "slips"]


def rows(what: What, platform: str | None = None) -> list[Row]:
    """One of the lists; vendors are the same on every platform."""
    if what == "vendors":
        return vendors()
    if what == "slips":
        return slips()
    return kinds(platform) if what == "events" else rules(platform)


def rules(platform: str | None = None) -> list[Row]:
    """Every rule (of a platform), in the catalogue's order."""
    return [
        {
            "id": rule.id,
            "kinds": list(rule.kinds),
            "platform": rule.platform,
            "statement_ja": rule.statement_ja,
            "statement_en": rule.statement_en,
            "source": rule.source,
            "basis": rule.basis,
            "monitors": _monitors().get(rule.id, []),
            "tests": _tests().get(rule.id, []),
            "scenarios": _scenarios().get(rule.id, []),
        }
        for rule in catalogue.rules().values()
        if platform in (None, rule.platform)
    ]


def kinds(platform: str | None = None) -> list[Row]:
    """The closed list of event kinds (of a platform)."""
    return [
        {
            "kind": kind.label,
            "meaning_ja": note.meaning_ja,
            "meaning_en": note.meaning_en,
            "columns": list(note.columns),
            "platforms": list(note.platforms),
        }
        for kind, note in NOTES.items()
        if platform is None or platform in note.platforms
    ]


def vendors() -> list[Row]:
    """What every payment provider goes by: tables and codes, each with its basis, source and the day it was read."""
    from teiki_providers.vendor_rules import vendor_rules

    return [rule._asdict() for rule in vendor_rules()]


def slips() -> list[Row]:
    """What can go wrong in a simulation at a rate of its own, under `[slips.rates]` of a configuration."""
    return [
        {
            "slip": name,
            "source": note.source,
            "invariants": list(note.invariants),
            "meaning_ja": note.ja,
            "meaning_en": note.en,
        }
        for name, note in SLIPS.items()
    ]


@cache
def _monitors() -> dict[str, list[str]]:
    """By rule the invariants whose breach is reported under it."""
    found: dict[str, set[str]] = {}
    invariants = {invariant for invariant, _ in MESSAGES}
    cases = {case for _, case in MESSAGES}
    platforms = {rule.platform for rule in catalogue.rules().values()}
    for invariant in invariants:
        for case in cases:
            for platform in platforms:
                for method in Method:
                    finding = Finding(
                        invariant, case, 0, -1, -1, (), platform=platform, facts={"method": int(method)}
                    )
                    found.setdefault(rule_of(finding), set()).add(invariant)
    return {rule: sorted(names) for rule, names in found.items()}


@cache
def _tests() -> dict[str, list[str]]:
    """By rule the tests that fail without it, as `teiki_scenarios.mutants` noted them."""
    found: dict[str, list[str]] = json.loads((files("teiki_scenarios") / "proofs.json").read_text("utf-8"))
    return found


@cache
def _scenarios() -> dict[str, list[str]]:
    """By rule the scenarios of the library that prove it."""
    import yaml

    found: dict[str, list[str]] = {}
    library = files("teiki_scenarios") / "library"
    if not library.is_dir():
        return found
    waiting = [(file.name, file) for file in library.iterdir()]
    while waiting:
        name, file = waiting.pop()
        if file.is_dir():
            waiting += [(f"{name}/{inner.name}", inner) for inner in file.iterdir()]
        elif name.endswith(".teiki.yaml"):
            content = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            for rule in content.get("rules") or [] if isinstance(content, dict) else []:
                found.setdefault(rule, []).append(name)
    return {rule: sorted(names) for rule, names in found.items()}


# ---- in print ------------------------------------------------------------------------------------


def show(rows: Sequence[Row], format_: str, lang: Language, what: What = "rules") -> None:
    """Print the rows as JSON, as a Markdown table or as a table for the screen."""
    if format_ == "json":
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    headings, cells = _TABLES[what](rows, lang)
    if format_ == "md":
        for line in (headings, ["---"] * len(headings), *cells):
            typer.echo("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, show_lines=False)
    for line in cells:
        table.add_row(*(Text(cell) for cell in line))
    Console(highlight=False).print(table)


def _rules_table(rows: Sequence[Row], lang: Language) -> tuple[list[str], list[list[str]]]:
    headings = (
        ["ID", "種別", "規則", "根拠", "監視"]
        if lang == "ja"
        else ["ID", "Kinds", "Rule", "Basis", "Monitors"]
    )
    return headings, [
        [
            row["id"],
            " ".join(row["kinds"]),
            row[f"statement_{lang}"],
            f"{row['basis']}: {row['source']}",
            " ".join(row["monitors"]),
        ]
        for row in rows
    ]


def _events_table(rows: Sequence[Row], lang: Language) -> tuple[list[str], list[list[str]]]:
    headings = ["種類", "意味", "列"] if lang == "ja" else ["Kind", "Meaning", "Columns"]
    return headings, [[row["kind"], row[f"meaning_{lang}"], ", ".join(row["columns"])] for row in rows]


def _vendors_table(rows: Sequence[Row], lang: Language) -> tuple[list[str], list[list[str]]]:
    headings = (
        ["決済会社", "状態・コード", "操作", "結果", "根拠", "読んだ日"]
        if lang == "ja"
        else ["Provider", "State or code", "Operation", "Result", "Basis", "Read"]
    )
    return headings, [
        [
            row["provider"],
            row["state"] or row["code"],
            row["operation"],
            row["result"],
            f"{row['basis']}: {row['source']}",
            row["read"],
        ]
        for row in rows
    ]


def _slips_table(rows: Sequence[Row], lang: Language) -> tuple[list[str], list[list[str]]]:
    headings = (
        ["ミス", "誰の", "内容", "破るもの"] if lang == "ja" else ["Slip", "Whose", "What happens", "Breaks"]
    )
    return headings, [
        [row["slip"], row["source"], row[f"meaning_{lang}"], " ".join(row["invariants"])] for row in rows
    ]


_TABLES = {"rules": _rules_table, "events": _events_table, "vendors": _vendors_table, "slips": _slips_table}

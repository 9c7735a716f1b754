"""The section on two configurations that were compared: what differs in them, and in what came of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from teiki_reports.pages import Section
from teiki_reports.tables import Table, number, table
from teiki_reports.texts import Texts

__all__ = ["section"]


def section(run_dir: Path, say: Texts) -> tuple[Section, ...]:
    """One section, or none where nothing was compared."""
    path = run_dir / "compare.json"
    if not path.exists():
        return ()
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    note = say("compared_note", n=f"{found['replications']:,}")
    measures = {say.known(f"cmp_{name}"): row for name, row in found["measures"].items()}
    tables = [_table(say("compared"), measures, say), _table(say("cmp_violations"), found["violations"], say)]
    if found["changed"]:
        headings = {"setting": say("setting_name"), "this": say("this_config"), "other": say("other_config")}
        rows = [{key: _text(value) for key, value in row.items()} for row in found["changed"]]
        tables.append(table(say("changed_settings"), headings, rows, say.lang, cap=200, file="compare.json"))
    return (
        Section("compared", say("compared"), note=note, tables=tuple(each for each in tables if each.total)),
    )


def _table(title: str, differences: Mapping[str, Mapping[str, Any]], say: Texts) -> Table:
    headings = {
        "measure": say("measure"), "this": say("this_config"), "other": say("other_config"),
        "difference": say("difference"), "interval": say("interval"),
    }  # fmt: skip
    rows = [
        {
            "measure": name,
            **{key: row[key] for key in ("this", "other", "difference")},
            "interval": "–" if row["low"] is None else f"{number(row['low'])} … {number(row['high'])}",
        }
        for name, row in differences.items()
    ]
    return table(title, headings, rows, say.lang, file="compare.json")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""`teiki audit`: the monitors over a log or an order export that teiki did not make."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from teiki_reports import write_audit
from teiki_scenarios.language import BadInput, Language, refuse
from teiki_scenarios.output import check_out, whole_directory
from teiki_sim.audit import Audit, Judged, Source, read_log, read_shop
from teiki_sim.audit.shops import layout, terms_of
from teiki_sim.bad_input import Problem
from teiki_sim.book import rejects_csv
from teiki_sim.calendar import DAY, iso
from teiki_sim.catalogue import invariants
from teiki_sim.monitors import write_violations

__all__ = ["audit", "show", "source_of"]


def source_of(file: Path, ledgers: Sequence[Path], mapping: str | None, skip_bad_rows: bool) -> Source:
    """What to audit, recognised by its content. Raises BadInput for files that cannot be read, and for bad rows."""
    if file.is_dir() and (file / "events.parquet").exists():
        file /= "events.parquet"
    chosen = layout(mapping, file)
    terms = terms_of(chosen.mapping, chosen.name)
    source = read_log(file, chosen.mapping, terms)
    if source is None:
        source = read_shop(file, chosen, ledgers, terms)
    elif ledgers:
        ja = "指定なし(イベントのログには決済会社側の行がすでにあります)"
        raise refuse("teiki", "--ledger", ledgers[0], ja, "nothing: a log has the provider's rows in it")
    if source.rejects and not skip_bad_rows:
        raise BadInput(source.rejects)
    return source


def audit(source: Source, out: Path, lang: Language, skip_bad_rows: bool = False) -> dict[str, Any]:
    """Watch a source and write what was found to ``out``; the content of audit.json."""
    check_out(out)
    with whole_directory(out) as directory:
        found = Audit.of(source)
        told = summary(found)
        write_violations(found.violations, directory)
        _write(directory / "audit.json", json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        if skip_bad_rows:
            _write(directory / "rejects.csv", rejects_csv(_without_values(source.rejects)))
        write_audit(directory, directory / "audit.html", lang)
    return told


def summary(audit: Audit) -> dict[str, Any]:
    """What audit.json says; equal for the same input."""
    source = audit.source
    severity = Counter(v.severity for v in audit.violations)
    return {
        "file": Path(source.file).name,
        "form": source.form,
        "platform": audit.platform or None,
        "rows": audit.rows,
        "orders": audit.orders,
        "subscriptions": audit.subscriptions,
        "first": _instant(audit.first),
        "last": _instant(audit.last),
        "violations": {
            "by_invariant": _counts(v.invariant for v in audit.violations),
            "by_rule": _counts(v.rule for v in audit.violations if v.rule),
        },
        "by_severity": dict(sorted(severity.items())),
        "money_at_risk": sum(v.money_at_risk for v in audit.violations if v.severity == "violation"),
        "judged": _names(audit.judged, "judged"),
        "not_judged": _names(audit.judged, "not_judged"),
        "not_watched": _names(audit.judged, "not_watched"),
        "invariants": [_row(row, source.form == "export") for row in audit.judged],
        "evidence": "line" if source.form == "export" else "seq",
        "rejected_rows": len({(p.file, p.line) for p in source.rejects}),
        **source.notes,
    }


def _row(row: Judged, export: bool) -> dict[str, Any]:
    return {
        "id": row.invariant,
        "case": row.case,
        "state": row.state,
        "statement_ja": invariants()[row.invariant].statement_ja,
        "statement_en": invariants()[row.invariant].statement_en,
        "want_ja": row.want_text("ja", export),
        "want_en": row.want_text("en", export),
    }


def _names(rows: Sequence[Judged], state: str) -> list[str]:
    """Invariants in a state; one of which some case can be judged is judged."""
    states: dict[str, set[str]] = {}
    for row in rows:
        states.setdefault(row.invariant, set()).add(row.state)
    return [
        name for name, some in states.items() if state in some and (state == "judged" or "judged" not in some)
    ]


def _without_values(rejects: Sequence[Problem]) -> list[Problem]:
    """Rejected rows are told by line, column and what was expected: what they held may be anyone's name."""
    return [Problem(p.file, p.field, "", p.expected_ja, p.expected_en, p.line) for p in rejects]


def _counts(names: Any) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _instant(at: int | None) -> str | None:
    if at is None:
        return None
    seconds = at % DAY
    return f"{iso(at // DAY)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


# ---- on the screen -------------------------------------------------------------------------------


def show(told: Mapping[str, Any], out: Path, lang: Language) -> None:
    """Print what an audit found, and what it could not judge."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    def say(ja: str, en: str) -> str:
        return ja if lang == "ja" else en

    console = Console(highlight=False)
    table = Table(show_header=False, title=say("監査結果", "What the audit found"))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    forms = {
        "events": say("イベントのログ", "a log of events"),
        "export": say("受注の CSV", "an order export"),
    }
    mapping = f" ({told['mapping']})" if told.get("mapping") else ""
    table.add_row(say("ファイル", "File"), escape(f"{told['file']} · {forms[told['form']]}{mapping}"))
    table.add_row(say("期間", "Period"), f"{told['first'] or '-'} – {told['last'] or '-'}")
    table.add_row(say("注文", "Orders"), f"{told['orders']:,}")
    table.add_row(say("定期", "Subscriptions"), f"{told['subscriptions']:,}")
    if told["rejected_rows"]:
        table.add_row(say("除外した行", "Rows left out"), f"{told['rejected_rows']:,}")
    if told.get("unknown_columns"):
        table.add_row(say("使わない列", "Columns not used"), escape(", ".join(told["unknown_columns"])))
    found = told["violations"]["by_invariant"]
    listed = "\n".join(f"{name} {count:,}" for name, count in found.items())
    table.add_row(say("違反", "Violations"), listed or say("なし", "none"))
    table.add_row(
        say("影響額", "Money at risk"), say(f"{told['money_at_risk']:,} 円", f"{told['money_at_risk']:,} yen")
    )
    table.add_row(say("判定できた", "Judged"), ", ".join(told["judged"]) or say("なし", "none"))
    console.print(table)
    wants = [row for row in told["invariants"] if row["state"] == "not_judged"]
    if wants:
        lacking = Table(
            say("判定できない", "Not judged"), say("足りないもの", "For want of"), box=None, pad_edge=False
        )
        for row in wants:
            lacking.add_row(f"{row['id']} {row['case']}".strip(), escape(row[f"want_{lang}"]))
        console.print(lacking)
    page = out / "audit.html"
    console.print(f"{say('レポート', 'Report')}: {page}", markup=False, soft_wrap=True)

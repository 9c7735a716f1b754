"""Rows fill the columns that their kind says, and no others."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from teiki_scenarios.cli import app
from teiki_sim.log.kinds import NOTES, Kind

EVERY = {"seq", "at", "actor", "kind", "side", "rule", "cause", "detail"}


@pytest.mark.parametrize("platform", ["subscstore", "ecforce", "tamago"])
def test_a_kind_fills_no_column_that_it_does_not_name(tmp_path: Path, platform: str) -> None:
    out = tmp_path / "out"
    words = ["simulate", "--subscriptions", "1500", "--months", "4", "--slips", "careless", "--quiet"]
    done = CliRunner().invoke(app, [*words, "--platform", platform, "--out", str(out)])
    assert done.exit_code == 0, done.output
    events = pl.read_parquet(out / "events.parquet")
    filled = events.group_by("kind").agg(pl.all().is_not_null().any())
    assert len(filled) > 25
    for row in filled.iter_rows(named=True):
        kind = Kind[row.pop("kind").upper()]
        strange = {name for name, is_filled in row.items() if is_filled} - EVERY - set(NOTES[kind].columns)
        assert not strange, (kind.label, strange)

"""The monitors in a process of their own find what they find in this one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_scenarios import simulation
from teiki_scenarios.cli import app
from teiki_sim.calendar import DAY
from teiki_sim.config import load, with_slips
from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors, MonitorsApart
from teiki_sim.names import ShopNames
from teiki_sim.population import generate
from teiki_sim.world import CHUNK_ROWS, World


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_they_find_the_same(platform: str) -> None:
    config = load(None, {"platform": platform, "seed": 3, "subscriptions": 3000, "months": 6})
    config = with_slips(config, "careless")
    here = Monitors()
    with MonitorsApart(CHUNK_ROWS) as apart:

        def sinks(_names: ShopNames) -> Sequence[Sink]:
            return here, apart

        world = World.of(
            config,
            generate(config),
            (),
            lambda c, log: open_gateway("direct", FaultPlan(c.seed, c.providers), log),
            sinks,
            2**12,
        )
        world.run()
        world.close()
        end, names = world.end * DAY - 1, world.shop.names
        here.close(end, names)
        apart.close(end, names)
    assert len(here.violations) > 100
    assert apart.violations == here.violations
    assert apart.cost.seconds > 0


def test_a_large_run_writes_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = [
        "simulate",
        "--subscriptions",
        "600",
        "--months",
        "4",
        "--slips",
        "careless",
        "--quiet",
        "--out",
    ]
    for large, out in ((10**9, "here"), (0, "apart")):
        monkeypatch.setattr(simulation, "_LARGE", large)
        monkeypatch.setattr("os.cpu_count", lambda: 2)
        done = CliRunner().invoke(app, [*arguments, str(tmp_path / out)])
        assert done.exit_code == 0, done.output
    for name in ("violations.csv", "truth.parquet", "shipments.csv"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "apart" / name).read_bytes()
    assert (tmp_path / "here" / "violations.csv").read_text("utf-8").count("\n") > 10


def rows(n: int, **columns: int) -> Chunk:
    arrays = {name: np.full(n, columns.get(name, empty), dtype) for name, (dtype, empty) in COLUMNS.items()}
    return Chunk(0, arrays, {}, Vocabulary())


def test_a_failure_over_there_is_one_here() -> None:
    with MonitorsApart(16) as apart:
        apart._say((99, 1, 0, []))  # there is no such slot
        with pytest.raises(RuntimeError, match="IndexError"):
            for _ in range(4):
                apart.take(rows(1, at=DAY))


def test_a_process_that_ends_is_noticed() -> None:
    with MonitorsApart(16) as apart:
        apart._child.kill()
        with pytest.raises(RuntimeError, match="ended"):
            for _ in range(4):
                apart.take(rows(1, at=DAY))


def test_leaving_early_leaves_nothing_behind() -> None:
    with MonitorsApart(16) as apart:
        apart.take(rows(1, at=DAY))
        child, file = apart._child, Path(apart._file.name)
        assert file.exists()
    assert child.returncode == 0
    assert not file.exists()

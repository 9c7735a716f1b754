"""`--compare`: the same luck on both sides, so that what differs is the settings' doing."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from teiki_scenarios.cli import app
from teiki_scenarios.intervals import interval, quantile
from teiki_scenarios.sample import CONFIG

Teiki = Callable[..., Any]
SHOP = 'platform = "ecforce"\nsubscriptions = 110\nmonths = 2\nseed = 3\n[slips]\nlevel = "careless"\n'
DECLINES = "[providers.np]\ndecline_rate = 0.6\n[providers.card]\ndecline_rate = 0.3\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.toml"
    file.write_text(SHOP, encoding="utf-8")
    return file


@pytest.fixture
def teiki(tmp_path: Path) -> Teiki:
    """Run a command into a directory; what it wrote into compare.json."""

    def run(command: str, *words: object, out: str = "out", lang: str = "en") -> Any:
        directory = tmp_path / out
        arguments = [command, *map(str, words), "--out", str(directory), "--lang", lang]
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        if done.exit_code:
            return done
        return json.loads((directory / "compare.json").read_text(encoding="utf-8"))

    return run


def other(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "other.toml"
    file.write_text(text, encoding="utf-8")
    return file


def rows(found: Any) -> Iterable[Any]:
    return [*found["measures"].values(), *found["violations"].values()]


@pytest.mark.parametrize("command", ["simulate", "forecast"])
def test_a_shop_compared_with_itself_differs_in_nothing(teiki: Teiki, shop: Path, command: str) -> None:
    found = teiki(command, shop, "--compare", shop, "--replications", 2)
    assert found["replications"] == 2 and found["changed"] == []
    assert found["config_digest"] == found["other_digest"]
    assert found["measures"]["parcels"]["this"] > 100
    if command == "simulate":
        assert found["violations"]
    for row in rows(found):
        assert row["by_replication"]["this"] == row["by_replication"]["other"]
        assert (row["difference"], row["low"], row["high"]) == (0, 0, 0)


def test_more_declines_hold_more_and_ship_less(teiki: Teiki, shop: Path, tmp_path: Path) -> None:
    found = teiki("simulate", shop, "--compare", other(tmp_path, SHOP + DECLINES), "--replications", 6)
    measures = found["measures"]
    assert measures["declined"]["low"] > 0 and measures["holds"]["low"] > 0
    assert (
        measures["parcels"]["high"] < 0 and measures["sales"]["high"] < 0 and measures["captured"]["high"] < 0
    )
    assert [row["setting"] for row in found["changed"]] == [
        "providers.card.decline_rate",
        "providers.np.decline_rate",
    ]
    assert sum(row["difference"] for row in found["violations"].values()) == pytest.approx(
        measures["violations"]["difference"], abs=0.01
    )


def test_pairing_takes_luck_out(teiki: Teiki, shop: Path, tmp_path: Path) -> None:
    """The two sides share their luck: the interval of their differences is the narrower one."""
    changed = other(tmp_path, SHOP + "[providers.card]\ndecline_rate = 0.05\n")
    found = teiki("simulate", shop, "--compare", changed, "--replications", 8)
    for name in ("parcels", "sales", "captured", "cancelled", "violations"):
        row = found["measures"][name]
        assert 0 < row["high"] - row["low"] < row["unpaired_high"] - row["unpaired_low"], name


def test_workers_change_nothing(teiki: Teiki, shop: Path, tmp_path: Path) -> None:
    changed = other(tmp_path, SHOP + DECLINES)
    for command in ("simulate", "forecast"):
        alone = teiki(command, shop, "--compare", changed, "--replications", 2, out=f"{command}-1")
        spread = teiki(
            command, shop, "--compare", changed, "--replications", 2, "--workers", 2, out=f"{command}-3"
        )
        assert alone == spread


def test_the_run_itself_is_as_without_comparing(teiki: Teiki, shop: Path, tmp_path: Path) -> None:
    """summary.json, violations and shipments are the first configuration's alone."""
    teiki("simulate", shop, "--compare", other(tmp_path, SHOP + DECLINES), "--replications", 2)
    plain = CliRunner().invoke(
        app, ["simulate", str(shop), "--replications", "2", "--out", str(tmp_path / "plain"), "--lang", "en"]
    )
    assert plain.exit_code == 0
    for name in ("violations.csv", "shipments.csv", "shipments_by_product.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
    with_it, without = (
        json.loads((tmp_path / d / "summary.json").read_text(encoding="utf-8")) for d in ("out", "plain")
    )
    assert {k: with_it[k] for k in ("events", "shipments", "detection")} == {
        k: without[k] for k in ("events", "shipments", "detection")
    }
    assert with_it.keys() == without.keys()


def test_one_replication_has_no_interval(teiki: Teiki, shop: Path, tmp_path: Path) -> None:
    found = teiki("simulate", shop, "--compare", other(tmp_path, SHOP + DECLINES))
    assert found["replications"] == 1
    assert {row["low"] for row in rows(found)} == {None}
    assert found["measures"]["declined"]["difference"] > 0


def test_days_and_luck_are_the_first_ones(teiki: Teiki, shop: Path, tmp_path: Path) -> None:
    apart = other(tmp_path, SHOP.replace("months = 2", "months = 5").replace("seed = 3", "seed = 9"))
    found = teiki("simulate", shop, "--compare", apart)
    assert found["changed"] == [] and found["seed"] == 3
    assert all(row["difference"] == 0 for row in rows(found))


def test_without_a_file_the_other_is_laid_over_the_sample(teiki: Teiki, tmp_path: Path) -> None:
    assert CONFIG.exists()
    changed = other(tmp_path, "[providers.card]\ndecline_rate = 0.2\n")
    found = teiki("simulate", "--months", 1, "--compare", changed)
    assert [row["setting"] for row in found["changed"]] == ["providers.card.decline_rate"]


def test_policies_of_a_marketplace_are_told_apart(teiki: Teiki, tmp_path: Path) -> None:
    """AM-CAN-11 for two policies: waiting for the parcel, or approving at once."""
    seller = 'platform = "marketplace"\nmonths = 2\n[marketplace]\norders_per_day = 60.0\n'
    first = tmp_path / "wait.toml"
    first.write_text(seller, encoding="utf-8")
    found = teiki(
        "simulate", first, "--compare", other(tmp_path, seller + 'approve = "at_once"\n'), "--replications", 3
    )
    assert found["measures"]["money_lost"]["low"] > 0
    assert found["measures"]["parcels"]["difference"] == 0


@pytest.mark.parametrize(
    ("command", "lang", "page"), [("simulate", "ja", "report.html"), ("forecast", "en", "forecast.html")]
)
def test_the_page_tells_of_it(
    teiki: Teiki, shop: Path, tmp_path: Path, command: str, lang: str, page: str
) -> None:
    changed = other(tmp_path, SHOP + DECLINES)
    teiki(command, shop, "--compare", changed, "--replications", 2, lang=lang)
    shown = (tmp_path / "out" / page).read_text(encoding="utf-8")
    assert {"ja": "設定の比較", "en": "Two configurations compared"}[lang] in shown
    assert "providers.card.decline_rate" in shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[providers.card]\ndecline = 1\n", "decline_rate"),
        ("[providers.card\n", "TOML"),
        ('default_carrier = "鳩"\n', "default_carrier"),
    ],
)
@pytest.mark.parametrize("command", ["simulate", "forecast"])
def test_bad_input_is_told_and_leaves_nothing(
    teiki: Teiki, shop: Path, tmp_path: Path, command: str, text: str, told: str
) -> None:
    done = teiki(command, shop, "--compare", other(tmp_path, text))
    assert done.exit_code == 2 and told in done.stderr and "other.toml" in done.stderr
    assert not (tmp_path / "out").exists()
    none = teiki(command, shop, "--compare", tmp_path / "none.toml")
    assert none.exit_code == 2 and "none.toml" in none.stderr


def test_the_intervals_are_students() -> None:
    """Against the printed tables of t, and by hand."""
    for degrees, t in (
        (1, 12.706),
        (2, 4.303),
        (3, 3.182),
        (4, 2.776),
        (10, 2.228),
        (29, 2.045),
        (99, 1.984),
    ):
        assert quantile(degrees) == pytest.approx(t, abs=5e-4)
    assert interval([5.0]) is None
    low, high = interval([1.0, 2.0, 3.0]) or (0, 0)
    assert (low, high) == pytest.approx((2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), abs=1e-3)
    assert interval([4.0, 4.0]) == (4.0, 4.0)

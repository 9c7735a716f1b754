"""The wheel: every file of the four packages, and nothing else that would land in a user's site-packages."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "sim": "teiki_sim",
    "providers": "teiki_providers",
    "scenarios": "teiki_scenarios",
    "reports": "teiki_reports",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was made from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def sources() -> set[str]:
    """The packages' files, by their paths in site-packages."""
    return {
        file.relative_to(ROOT / folder).as_posix()
        for folder, package in FOLDERS.items()
        for file in (ROOT / folder / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_wheel_has_every_file_and_no_other(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert files == sources()
    assert {f"{package}/py.typed" for package in FOLDERS.values()} <= files
    kinds = {Path(name).suffix for name in files}
    assert {".py", ".toml", ".csv", ".yaml", ".j2", ".css", ".js"} <= kinds


def test_sdist_can_be_tested(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    tops = {name.partition("/")[0] for name in files if "/" in name}
    assert tops == {*FOLDERS, "tests"}
    assert {"pyproject.toml", "README.md", "constraints.txt"} <= files

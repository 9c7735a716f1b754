"""What is imported is declared, and what is declared is pinned in constraints.txt."""

import ast
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = [ROOT / name for name in ("sim/teiki_sim", "providers/teiki_providers", "scenarios/teiki_scenarios",
                                     "reports/teiki_reports")]  # fmt: skip
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PIN = re.compile(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.+!]*)( *; *[^#]+)?")


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imported(file: Path) -> set[str]:
    """Top-level modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names)


#: Runs a checkout's tests, and so only where the test extra is installed.
RUNS_TESTS = {"mutants.py"}


def test_every_import_is_a_declared_dependency() -> None:
    of = packages_distributions()
    extras = PROJECT["optional-dependencies"]
    declared = names(PROJECT["dependencies"]) | {"pydantic-core"}
    declared |= names([line for extra, lines in extras.items() if extra != "test" for line in lines])
    for file in (file for package in PACKAGES for file in package.rglob("*.py")):
        modules = {module for module in imported(file) if not module.startswith("teiki_")}
        needed = {canonicalize_name(of[module][0]) for module in modules}
        assert needed <= (declared | names(extras["test"]) if file.name in RUNS_TESTS else declared), file


def test_constraints_are_exact_versions_and_nothing_else() -> None:
    wrong = [line for line in LINES if line and not line.startswith("#") and not PIN.fullmatch(line)]
    assert wrong == []


def test_constraints_cover_all_that_is_installed_with_any_extra() -> None:
    pinned = {canonicalize_name(line.partition("==")[0]) for line in LINES if "==" in line}
    waiting = [("teiki", extra) for extra in ("", *PROJECT["optional-dependencies"])]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for text in distribution(name).requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(needed.name), one) for one in ("", *needed.extras)]
    assert {name for name, _ in seen} - pinned - {"teiki"} == set()

"""What all tests share: tools that may be missing, and that nothing may be missing in CI."""

import os
import shutil
from collections.abc import Generator

import pytest

TOOLS = {
    "needs_browser": ("Chromium", ("chromium", "chromium-browser")),
    "needs_node": ("Node.js with npm", ("npm",)),
}

IN_CI = os.environ.get("CI") == "true"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is missing."""
    for marker, (tool, commands) in TOOLS.items():
        if item.get_closest_marker(marker) and not any(map(shutil.which, commands)):
            pytest.skip(f"{tool} is not installed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: nobody would notice that it stopped running."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, in CI: {report.longrepr}"
    return report

"""The score of the rules: each is switched off in turn, and a test that proves it has to notice.

``python -m teiki_scenarios.mutants`` runs in a checkout, where the tests are. A test proves the rules that its
``proves`` mark names (for a scenario, those under its ``rules``). A rule is *killed* when one of its tests passes with
the rule, and without it fails by an assertion; a test that merely breaks proves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from select import select
from time import monotonic
from typing import Any

import pytest

from teiki_scenarios.switches import SWITCHES, without
from teiki_sim import catalogue

__all__ = ["PROOFS", "Verdict", "main"]

#: Rule -> the tests that prove it, as `teiki rules` tells them.
PROOFS = Path(__file__).with_name("proofs.json")
_TESTS = "tests"
#: Seconds that the tests of one rule may take.
_PATIENCE = 240.0
_ASSERTED = (AssertionError, pytest.fail.Exception)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule without which its tests ran.

    ``how`` is killed, survived, broken (a test failed otherwise), failing (it fails with the rule as well), late,
    no switch or no test; ``by`` the test that shows it.
    """

    rule: str
    how: str
    by: str = ""


class _Score:
    """Runs in the place of pytest's loop: first all tests that prove anything, then each rule's without the rule."""

    def __init__(self, rules: Sequence[str], workers: int) -> None:
        self.rules, self.workers = rules, workers
        self.verdicts: list[Verdict] = []
        self.proofs: dict[str, list[str]] = {}
        self._outcomes: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read ends it all; say which."""
        if report.failed:
            print(report.nodeid, report.longreprtext, sep="\n", file=sys.stderr)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork a process for each rule: the tests are collected once, and no rule sees what another left behind."""
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        by_rule: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            for mark in item.iter_markers("proves"):
                for rule in mark.args:
                    if item not in by_rule.setdefault(rule, []):
                        by_rule[rule].append(item)
        self.proofs = {rule: [item.nodeid for item in by_rule[rule]] for rule in sorted(by_rule)}
        provers = list({item.nodeid: item for rule in self.rules for item in by_rule.get(rule, ())}.values())
        parts = [provers[i :: 4 * self.workers] for i in range(4 * self.workers)]
        failing: set[str] = set()
        for part in self._each([self._plain(part) for part in parts]):
            failing |= part if part is not None else {"late"}
        tasks = []
        for rule in self.rules:
            tests = by_rule.get(rule, [])
            bad = next((item.nodeid for item in tests if item.nodeid in failing), "")
            if bad or not tests or rule not in SWITCHES:
                how = "no switch" if rule not in SWITCHES else "failing" if bad else "no test"
                self.verdicts.append(Verdict(rule, how, bad))
            else:
                tasks.append((rule, self._switched_off(rule, tests)))
        for (rule, _), found in zip(tasks, self._each([task for _, task in tasks]), strict=True):
            self.verdicts.append(found if found is not None else Verdict(rule, "late"))
        self.verdicts.sort(key=lambda verdict: self.rules.index(verdict.rule))
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Note how each test came out."""
        report = yield
        if call.excinfo is not None and not report.skipped:
            asserted = call.when == "call" and call.excinfo.errisinstance(_ASSERTED)
            self._outcomes[item.nodeid] = "asserted" if asserted else "broken"
        elif call.when == "call":
            self._outcomes.setdefault(item.nodeid, report.outcome)
        return report

    def _plain(self, items: Sequence[pytest.Item]) -> Callable[[], set[str]]:
        def run() -> set[str]:
            for item in items:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            return {item.nodeid for item in items if self._outcomes.get(item.nodeid) != "passed"}

        return run

    def _switched_off(self, rule: str, items: Sequence[pytest.Item]) -> Callable[[], Verdict]:
        def run() -> Verdict:
            broken = ""
            with without(rule):
                for item in items:
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                    outcome = self._outcomes.get(item.nodeid)
                    if outcome == "asserted":
                        return Verdict(rule, "killed", item.nodeid)
                    if outcome == "broken":
                        broken = item.nodeid
            return Verdict(rule, "broken", broken) if broken else Verdict(rule, "survived", items[0].nodeid)

        return run

    def _each(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        """Every task's result from a process of its own, some at a time; None for one that took too long."""
        results: list[Any] = [None] * len(tasks)
        waiting, running = list(enumerate(tasks)), dict[int, tuple[int, int, float, bytearray]]()
        while waiting or running:
            while waiting and len(running) < self.workers:
                number, task = waiting.pop(0)
                pid, pipe = _forked(task)
                running[pipe] = number, pid, monotonic() + _PATIENCE, bytearray()
            ready, _, _ = select(list(running), [], [], 1.0)
            for pipe, (number, pid, until, data) in list(running.items()):
                more = os.read(pipe, 1 << 16) if pipe in ready else b"-" if monotonic() < until else b""
                if pipe in ready and more:
                    data += more
                elif not more:
                    if pipe not in ready:
                        os.kill(pid, 9)
                    elif data:
                        results[number] = pickle.loads(bytes(data))
                    os.close(pipe)
                    os.waitpid(pid, 0)
                    del running[pipe]
        return results


def _forked(task: Callable[[], Any]) -> tuple[int, int]:
    """The id of a process that runs a task, and the pipe its result comes through."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(reading)
        result = pickle.dumps(task())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(result)
    finally:
        os._exit(0)


def _print(verdicts: Iterable[Verdict], verbose: bool) -> None:
    rows = list(verdicts)
    for verdict in rows:
        if verbose or verdict.how != "killed":
            print(f"{verdict.rule:14} {verdict.how:10} {verdict.by}")
    killed = sum(verdict.how == "killed" for verdict in rows)
    print(f"killed {killed}/{len(rows)}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where every rule is killed."""
    parser = argparse.ArgumentParser(prog="python -m teiki_scenarios.mutants", description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="RULE", help="ids, or their beginnings (default: all)")
    parser.add_argument("--tests", default=_TESTS, help="where the tests are")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true", help="tell the killed ones too")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--write", action="store_true", help=f"write {PROOFS.name}, which `teiki rules` reads"
    )
    given = parser.parse_args(arguments)
    rules = [
        rule for rule in catalogue.rules() if not given.rules or any(rule.startswith(g) for g in given.rules)
    ]
    score = _Score(rules, given.workers)
    pytest.main(["-p", "no:terminal", "-p", "no:cacheprovider", given.tests], [score])
    if not score.proofs:
        print("no tests were collected", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps([[v.rule, v.how, v.by] for v in score.verdicts], indent=1))
    else:
        _print(score.verdicts, given.verbose)
    wanted = json.dumps(score.proofs, indent=1) + "\n"
    if given.write:
        PROOFS.write_text(wanted, "utf-8")
    elif given.tests == _TESTS and (not PROOFS.exists() or PROOFS.read_text("utf-8") != wanted):
        print(f"{PROOFS.name} is not up to date: run with --write", file=sys.stderr)
        return 1
    return 0 if all(verdict.how == "killed" for verdict in score.verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())

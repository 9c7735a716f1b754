"""The benchmark of the sandbox server: ``python -m teiki_scenarios.bench_server``.

All servers stand side by side, each in a process of its own, and are loaded one after the other with EntryTran +
ExecTran over 16 connections, in several rounds; ratios are taken within a round. localstripe is measured as a
peer where ``--localstripe`` names the Python of an environment that has it.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import requests

from teiki_scenarios import bench
from teiki_scenarios.bench import Figures, Line
from teiki_scenarios.bench_load import charges, pairs, rate

__all__ = ["Sizes", "lines", "main"]

CONNECTIONS = 16


@dataclass(frozen=True)
class Sizes:
    """How long each is loaded, and how full the fuller book is."""

    seconds: float = 3.0
    rounds: int = 5
    few: int = 100
    many: int = 100_000
    localstripe: str = ""
    localstripe_port: int = 8420
    smoke: bool = False

    @property
    def repeat(self) -> int:
        """For the table's heading."""
        return self.rounds


QUICK = Sizes(0.3, 1, 20, 200, smoke=True)


@contextmanager
def process(*command: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server in a process of its own, and its first line."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline(), running
        finally:
            running.kill()


def teiki(directory: Path, name: str) -> tuple[str, ...]:
    """The command of a sandbox."""
    db = str(directory / f"{name}.db")
    return (
        sys.executable,
        "-m",
        "teiki_scenarios",
        "sandbox",
        "--quiet",
        "--port",
        "0",
        "--tls-port",
        "0",
        "--db",
        db,
    )


def port_of(line: str) -> int:
    """The port of a sandbox's first line, or of a peer's."""
    return int(json.loads(line)["http"].rpartition(":")[2]) if line.startswith("{") else int(line)


def filled(port: int, count: int) -> None:
    """Bring a book to so many transactions."""
    rate(port, pairs("fill"), CONNECTIONS, count=count)


def one_round(ports: dict[str, int], sizes: Sizes, number: int) -> Figures:
    """Units of work a second of each server."""
    requests.post(f"http://127.0.0.1:{ports['few']}/__sandbox/reset", timeout=60)
    filled(ports["few"], sizes.few)
    figures = {}
    for name, port in ports.items():
        figures[name] = rate(port, pairs(f"{name}{number}"), CONNECTIONS, sizes.seconds)
    return figures


def peer_round(sizes: Sizes, customer: str) -> float:
    """Charges a second of localstripe."""
    return rate(sizes.localstripe_port, charges(customer), CONNECTIONS, sizes.seconds)


@contextmanager
def localstripe(sizes: Sizes) -> Iterator[str]:
    """The peer with one customer; the customer's id, "" without the peer."""
    if not sizes.localstripe:
        yield ""
        return
    command = (
        sizes.localstripe,
        "-m",
        "localstripe",
        "--port",
        str(sizes.localstripe_port),
        "--from-scratch",
    )
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            yield _customer(f"http://127.0.0.1:{sizes.localstripe_port}/v1")
        finally:
            running.kill()


def _customer(base: str) -> str:
    def post(path: str, **fields: str) -> Any:
        return requests.post(f"{base}/{path}", fields, auth=("sk_test_12345", ""), timeout=10).json()["id"]

    for _ in range(100):
        sleep(0.1)
        try:
            card = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2030"}
            return str(post("customers", source=post("tokens", **card, **{"card[cvc]": "123"})))
        except requests.ConnectionError:
            continue
    raise SystemExit("localstripe did not answer")


def restarted(directory: Path, name: str, _line: str, running: subprocess.Popen[str]) -> Figures:
    """Kill a sandbox and start it again: seconds until it listens, and the time of an empty day."""
    running.send_signal(signal.SIGKILL)
    running.wait()
    before = perf_counter()
    with process(*teiki(directory, name)) as (again, _):
        took = perf_counter() - before
        base = json.loads(again)["http"]
        advance = f"{base}/__sandbox/clock/advance"
        requests.post(advance, json={"days": 400}, timeout=600)
        before = perf_counter()
        requests.post(advance, json={"days": 1000}, timeout=600)
        return {"restart": took, "day": (perf_counter() - before) / 1000}


def measured(sizes: Sizes) -> Figures:
    """Everything, medians of the rounds."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        started = {name: stack.enter_context(process(*teiki(directory, name))) for name in ("few", "many")}
        for kind in ("sqlite", "memory"):
            command = (sys.executable, "-m", "teiki_scenarios.bench_peers", kind, str(directory))
            started[kind] = stack.enter_context(process(*command))
        ports = {name: port_of(line) for name, (line, _) in started.items()}
        bench.say(f"{sizes.many:,} transactions")
        filled(ports["many"], sizes.many)
        customer = stack.enter_context(localstripe(sizes))
        rounds = []
        for number in range(sizes.rounds):
            bench.say(f"round {number + 1} of {sizes.rounds}")
            figures = one_round(ports, sizes, number)
            if customer:
                figures["localstripe"] = peer_round(sizes, customer)
                figures["of_localstripe"] = figures["few"] / figures["localstripe"]
            rounds.append(figures)
        figures = {name: median(one[name] for one in rounds) for name in rounds[0]}
        for name, over in (("of_sqlite", "sqlite"), ("of_memory", "memory")):
            figures[name] = median(one["few"] / one[over] for one in rounds)
        figures["growth"] = median(one["few"] / one["many"] for one in rounds)
        return figures | restarted(directory, "many", *started["many"])


def lines(sizes: Sizes) -> list[Line]:
    """The table."""
    m = measured(sizes)
    few, many = f"{sizes.few:,}", f"{sizes.many:,}"
    found = [
        Line(
            f"EntryTran + ExecTran, {CONNECTIONS} connections, a second ({few} and more transactions)",
            f"EntryTran + ExecTran、{CONNECTIONS}接続、毎秒（取引{few}件から）",
            f"{m['few']:,.0f}",
        ),
        Line("two calls of a bare Starlette endpoint, in memory; one SQLite row a call", "Starlette だけの2回の呼び出し：メモリ上、1回1行の SQLite", f"{m['memory']:,.0f}; {m['sqlite']:,.0f}"),
        at_least("of the endpoint with SQLite", "SQLite の呼び出しに対する比", m["of_sqlite"], 0.6, "{:.0%}", "≥ 60 %"),
        at_least("of the endpoint in memory", "メモリ上の呼び出しに対する比", m["of_memory"], 0.2, "{:.0%}", "≥ 20 %"),
        at_most(f"time a pair, {many} transactions in the book ÷ {few}", f"1組の時間、取引{many}件 ÷ {few}件", m["growth"], 1.3, "{:.2f}", "≤ 1.3"),
        at_most("an empty simulated day", "何も起きない1日", m["day"] * 1000, 1.0, "{:.3f} ms", "< 1 ms"),
        Line(f"restart after kill -9 with {many} transactions and more in the journal", f"kill -9 後の再起動、記録が取引{many}件以上", f"{m['restart']:.1f} s"),
    ]  # fmt: skip
    if "localstripe" in m:
        en = f"÷ charges a second of localstripe ({m['localstripe']:,.0f})"
        ja = f"÷ localstripe の毎秒の請求数（{m['localstripe']:,.0f}）"
        found.append(at_least(en, ja, m["of_localstripe"], 50, "{:.0f} ×", "≥ 50 ×"))
    return found


def at_least(en: str, ja: str, figure: float, bar: float, shown: str, bar_text: str) -> Line:
    """A figure that a bar holds from below."""
    return Line(en, ja, shown.format(figure), bar_text, figure >= bar)


def at_most(en: str, ja: str, figure: float, bar: float, shown: str, bar_text: str) -> Line:
    """A figure that a bar holds from above."""
    return Line(en, ja, shown.format(figure), bar_text, figure <= bar)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; fill the documents that were named."""
    parser = argparse.ArgumentParser(prog="python -m teiki_scenarios.bench_server", description=__doc__)
    add: Any = parser.add_argument
    add("--seconds", type=float, default=Sizes.seconds, help="of load, each server in each round")
    add("--rounds", type=int, default=Sizes.rounds)
    add("--many", type=int, default=Sizes.many, help="transactions in the fuller book")
    add(
        "--localstripe",
        default="",
        metavar="PYTHON",
        help="a Python that has localstripe, measured as a peer",
    )
    add("--quick", action="store_true", help="small sizes, once: shows that it runs, measures nothing")
    add("--into", type=Path, nargs="+", default=[], metavar="FILE", help="documents whose block is filled")
    asked = parser.parse_args(arguments)
    sizes = (
        QUICK
        if asked.quick
        else Sizes(asked.seconds, asked.rounds, many=asked.many, localstripe=asked.localstripe)
    )
    found = lines(sizes)
    print(bench.table(found, sizes, "en"))
    for document in asked.into:
        bench.fill(document, found, sizes, "bench-server")


if __name__ == "__main__":
    main()

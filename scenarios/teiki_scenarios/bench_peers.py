"""What the sandbox server is measured against: bare Starlette endpoints, in memory or with one SQLite row a call.

``python -m teiki_scenarios.bench_peers memory|sqlite DIRECTORY``; the first line on stdout is the port.
"""

import asyncio
import sqlite3
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from teiki_providers.server.serve import new_loop

__all__ = ["main"]


def in_memory() -> Any:
    """Keeps the body in a dictionary."""
    kept: dict[int, bytes] = {}

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        kept[len(kept)] = body
        return PlainTextResponse("AccessID=0&AccessPass=0")

    return endpoint


def in_sqlite(directory: Path) -> Any:
    """Writes the body as a row, committed as the journal commits: WAL, synchronous NORMAL."""
    db = sqlite3.connect(directory / "peer.db", isolation_level=None)
    for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("CREATE TABLE calls (seq INTEGER PRIMARY KEY, path TEXT, body BLOB)")

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        db.execute("INSERT INTO calls (path, body) VALUES (?, ?)", (request.url.path, body))
        return PlainTextResponse("AccessID=0&AccessPass=0")

    return endpoint


async def serve(endpoint: Any) -> None:
    """Serve on a free port until killed, with the same uvicorn as the sandbox."""
    app = Starlette(routes=[Route("/payment/{call}", endpoint, methods=["POST"])])
    config = uvicorn.Config(app, port=0, http="httptools", lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await running


def main(arguments: list[str]) -> None:
    """Serve one of the two."""
    kind, directory = arguments
    endpoint = in_memory() if kind == "memory" else in_sqlite(Path(directory))
    new_loop().run_until_complete(serve(endpoint))


if __name__ == "__main__":
    main(sys.argv[1:])

"""A sandbox in a process of its own that speaks the small dialect: ``python alone.py DATABASE``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from providers.server.small import Small
from teiki_providers.server.serve import Settings, new_loop, serve


async def main(db: str) -> None:
    """Serve until killed."""
    served = await serve(Settings(Path(db), port=0, tls_port=0, openings=(Small,)))
    print(json.dumps(served.line), flush=True)
    await served.until_stopped()


if __name__ == "__main__":
    new_loop().run_until_complete(main(sys.argv[1]))

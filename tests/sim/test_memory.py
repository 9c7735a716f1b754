"""How much memory a process took, and not the one that began it."""

import subprocess
import sys

import numpy as np

from teiki_sim.memory import peak

_LARGE = 300_000_000


def test_a_program_is_not_as_large_as_the_one_that_began_it() -> None:
    held = np.ones(_LARGE, np.uint8)
    command = [sys.executable, "-c", "from teiki_sim.memory import peak; print(peak())"]
    told = int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    assert peak() > held.nbytes
    assert 1_000_000 < told < _LARGE

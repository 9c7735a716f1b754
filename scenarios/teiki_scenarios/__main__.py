"""``python -m teiki_scenarios`` is ``teiki``."""

from teiki_scenarios.cli import main

main()

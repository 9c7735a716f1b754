"""``python -m teiki_scenarios`` is ``teiki``."""

from teiki_scenarios.cli import main

if __name__ == "__main__":
    main()

"""The switches of the rules: what stands in a rule's place in a shop that is built without it."""

from teiki_scenarios.switches.switch import Swap, Switch, without
from teiki_scenarios.switches.table import SWITCHES

__all__ = ["SWITCHES", "Swap", "Switch", "without"]

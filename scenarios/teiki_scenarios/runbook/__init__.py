"""The purchase-test matrix and the runbook made of it (EC-QA-01): every cell is worked out by playing it.

`matrix` says which cells there are, `procedures` what an operator does in each, `rehearsal` plays them all in one small
shop, and `answers` puts what happened into words.
"""

from teiki_scenarios.runbook.answers import Answer, answers
from teiki_scenarios.runbook.matrix import Cell, cells
from teiki_scenarios.runbook.rehearsal import rehearse

__all__ = ["Answer", "Cell", "answers", "cells", "rehearse"]

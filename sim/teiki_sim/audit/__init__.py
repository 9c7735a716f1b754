"""Audits: the monitors over a log or an order export that teiki did not make.

A log is read as it is (`logs`); an export, one row an order, is told as rows of a log first (`export`, `ledger`,
`story`). `needs` says which invariants what is given allows to judge, and `judging` watches and sorts out.
"""

from teiki_sim.audit.judging import Audit, Source
from teiki_sim.audit.logs import read_log
from teiki_sim.audit.needs import NEEDS, Judged, judged
from teiki_sim.audit.shops import read_shop

__all__ = ["NEEDS", "Audit", "Judged", "Source", "judged", "read_log", "read_shop"]

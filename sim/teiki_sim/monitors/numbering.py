"""INV-51: an order number is well formed, there once, and says what kind of order it is.

The shop's own numbers follow from its clock and a counter and are not told row by row; a row tells a number that did
not come about so. Such rows are of different orders, which waves do not keep in turn: they are compared when the log is
closed, row by row.
"""

import datetime
import re

import numpy as np

from teiki_sim.monitors.sales import Numbered
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import State

_FORMS = {
    "subscstore": (re.compile(r"(ON|OC)-([0-9]{12})-[0-9]{3}-[0-9]{6}"), ("ON", "OC")),
    "ecforce": (re.compile(r"(EN|EC)([0-9]{6})[0-9]{6}"), ("EN", "EC")),
    "tamago": (re.compile(r"(TN|TC)([0-9]{6})[0-9]{6}"), ("TN", "TC")),
}
"""By platform: how a number is made (SS-ORD-04; on the others modelled), and what it begins with: single, child."""


def numbered(scene: Scene) -> None:
    """Orders that came with a number which the shop did not make."""
    if not np.count_nonzero(scene.code):
        return
    told = scene.state.sales.numbered
    for i, at, sub, order, seq in scene.told(scene.code > 0):
        money = max(0, scene.rows.amount.item(i))
        told.append(Numbered(seq, at, sub, order, scene.code.item(i), money))


def judge(state: State) -> None:
    """Compare the numbers that came since this was last asked, in the order of the log."""
    sales = state.sales
    for seq, at, sub, order, code, money in sorted(sales.numbered):
        other = sales.numbers.setdefault(code, order)
        case = "twice" if other != order else _fault(state.words[code], state.terms.platform, sub >= 0)
        if case:
            state.report("INV-51", at, sub, order, seq, case=case, money=money, other=other)
    sales.numbered.clear()


def _fault(text: str, platform: str, child: bool) -> str:
    """What is wrong with a number: its form, what it begins with, or nothing."""
    form = _FORMS.get(platform)
    if form is None:
        return ""
    match = form[0].fullmatch(text)
    if match is None or not _is_time(match[2]):
        return "form"
    return "" if match[1] == form[1][child] else "prefix"


def _is_time(digits: str) -> bool:
    try:
        datetime.datetime.strptime(digits.ljust(12, "0"), "%y%m%d%H%M%S")
    except ValueError:
        return False
    return True

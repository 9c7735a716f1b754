"""INV-51: an order number is well formed, there once, and says what kind of order it is.

The shop's own numbers follow from its clock and a counter and are not told row by row; a row tells a number that did
not come about so.
"""

import datetime
import re

from teiki_sim.monitors.scene import Scene

_FORMS = {
    "subscstore": (re.compile(r"(ON|OC)-([0-9]{12})-[0-9]{3}-[0-9]{6}"), ("ON", "OC")),
    "ecforce": (re.compile(r"(EN|EC)([0-9]{6})[0-9]{6}"), ("EN", "EC")),
    "tamago": (re.compile(r"(TN|TC)([0-9]{6})[0-9]{6}"), ("TN", "TC")),
}
"""By platform: how a number is made (SS-ORD-04; on the others modelled), and what it begins with: single, child."""


def numbered(scene: Scene) -> None:
    """Orders that came with a number which the shop did not make."""
    if not scene.code.any():
        return
    state = scene.state
    for i, at, sub, order, seq in scene.told(scene.code > 0):
        code = scene.code.item(i)
        text = state.words[code]
        other = state.sales.numbers.setdefault(code, order)
        case = "twice" if other != order else _fault(text, state.terms.platform, sub >= 0)
        if case:
            money = max(0, scene.rows.amount.item(i))
            state.report("INV-51", at, sub, order, seq, case=case, money=money, other=other)


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

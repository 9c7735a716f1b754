"""Bulk jobs: results that are read and dealt with, and targets that are those meant. INV-38, INV-39."""

from teiki_sim.monitors.scene import Scene, each


def told(scene: Scene) -> None:
    """A job was registered, ended, or its result was read or dealt with (rows that name one of its orders)."""
    state, code = scene.state, scene.code
    for i in each(state.said(code, "searched")):
        state.searched[scene.rows.cycle.item(i)] = scene.rows.quantity.item(i)
    for i in each(state.said(code, "registered")):
        _registered(scene, i)
    for i, at, sub, order, seq in scene.told(state.said(code, "completed") & (scene.rows.quantity > 0)):
        due = at + state.terms.grace("job_review")
        found = state.finding(
            "INV-38", due, sub, order, seq, case="unread", money=max(0, scene.rows.amount.item(i)),
            opened=at, job=scene.rows.cycle.item(i), found=scene.rows.quantity.item(i),
        )  # fmt: skip
        found.key = str(found.facts["job"])
        state.agenda.open(order, found)
    for i in each(state.said(code, "reviewed")):
        order, job = scene.order.item(i), str(scene.rows.cycle.item(i))
        if (unread := state.agenda.close(order, ("INV-38", "unread", job))) is not None:
            unread.case = "unsettled"
            state.agenda.open(order, unread)
    for i in each(state.said(code, "settled")):
        order, job = scene.order.item(i), str(scene.rows.cycle.item(i))
        for case in ("unread", "unsettled"):
            state.agenda.close(order, ("INV-38", case, job))


def _registered(scene: Scene, i: int) -> None:
    """INV-39: one page where all was meant, or more than was seen."""
    state = scene.state
    targets, job = scene.rows.quantity.item(i), scene.rows.cycle.item(i)
    seen = state.searched.pop(job, targets)
    case = (
        "page"
        if targets == state.terms.page_size and seen > targets
        else "new_hits"
        if targets > seen
        else ""
    )
    if case:
        at, sub, order, seq = scene.at_row(i)
        money = state.amount(order) * abs(seen - targets)
        state.report(
            "INV-39", at, sub, order, seq, case=case, money=money, found=targets, expected=seen, job=job
        )


def edited_again(scene: Scene) -> None:
    """INV-39: one job edited a subscription more than once (EC-UPD-11)."""
    state = scene.state
    for i, at, sub, _, seq in scene.told(state.said(scene.code, "edited_again")):
        times, job = scene.rows.quantity.item(i), scene.rows.cycle.item(i)
        state.report("INV-39", at, sub, -1, seq, case="twice", found=times, job=job)

"""INV-48: what the acquirer asked to stop is not shipped, and its card is charged for no later cycle."""

from teiki_sim.monitors.scene import Scene

_HALTING = ("delivery_stop", "fraud_confirmed")
_CLEARED = ("fraud_cleared",)


def told(scene: Scene) -> None:
    """A notice: a request to stop, or its withdrawal."""
    state, sales = scene.state, scene.state.sales
    halting, cleared = state.said(scene.code, *_HALTING), state.said(scene.code, *_CLEARED)
    for i, _, sub, order, seq in scene.told():
        if halting[i]:
            sales.requests[order] = seq
            if sub >= 0:
                sales.suspended[sub] = seq
        elif cleared[i]:
            sales.requests.pop(order, None)
            sales.suspended.pop(sub, None)


def told_at_the_provider(scene: Scene) -> None:
    """The acquirer has decided; the store may not know it yet, so only the parcel is watched."""
    halting = scene.state.said(scene.code, *_HALTING)
    for i in range(len(scene)):
        if halting[i]:
            scene.state.sales.requests.setdefault(scene.order.item(i), scene.seq.item(i))


def shipped(scene: Scene) -> None:
    """A parcel left although its delivery was to be stopped."""
    requests = scene.state.sales.requests
    if not requests:
        return
    among = set(requests).intersection(scene.order.tolist())
    for i in range(len(scene)) if among else ():
        at, sub, order, seq = scene.at_row(i)
        if order in among:
            scene.state.report("INV-48", at, sub, order, requests.pop(order), seq, case="shipped")


def generated(scene: Scene) -> None:
    """A later cycle was generated on the card in question."""
    suspended = scene.state.sales.suspended
    if not suspended:
        return
    among = set(suspended).intersection(scene.sub.tolist())
    for i in range(len(scene)) if among else ():
        at, sub, order, seq = scene.at_row(i)
        if sub in among:
            money = max(0, scene.rows.amount.item(i))
            scene.state.report(
                "INV-48", at, sub, order, suspended.pop(sub), seq, case="next", money=money, cycle=scene.rows.cycle.item(i)
            )  # fmt: skip


def other_means(scene: Scene) -> None:
    """The subscription is over, or paid for by other means from now on."""
    suspended = scene.state.sales.suspended
    if not suspended:
        return
    method = scene.state.said(scene.code, "method")
    for i in range(len(scene)):
        sub = scene.sub.item(i)
        if sub in suspended and (method[i] or scene.rows.status_to.item(i)):
            suspended.pop(sub)

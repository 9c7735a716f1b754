"""Courses sold for a number of deliveries: the total that was shown (INV-42), and the end that comes exactly (INV-43)."""

from teiki_sim.log.statuses import SUBSCRIPTION_MEANING, SubscriptionMeaning
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.sales import Bound
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import State

_CHANGES = ("quantity", "method", "goods", "amount")


def sold(scene: Scene) -> None:
    """What a subscription was sold on: bound to so many deliveries, or ending after so many."""
    state, sales = scene.state, scene.state.sales
    bound, ends = state.said(scene.code, "bound"), state.said(scene.code, "ends")
    for i, at, sub, _, seq in scene.told():
        n = scene.rows.quantity.item(i)
        if bound[i]:
            sales.bound[sub] = Bound(n, seq)
            due = day_end(at)
            found = state.finding("INV-42", due, sub, -1, seq, case="nowhere", deliveries=n)
            state.agenda.open(~sub, found, last=due - 1)
        elif ends[i]:
            made = max(0, state.fold.subscriptions.cycle.item(sub))
            sales.ends[sub] = n, set(range(1, made + 1))


def shown(scene: Scene) -> None:
    """The total was shown, or stood clearly on the page before."""
    state = scene.state
    for i, _, sub, _, seq in scene.told():
        state.agenda.close_all(~sub, "INV-42", "nowhere")
        course = state.sales.bound.get(sub)
        if course is not None:
            course.shown, course.shown_seq = scene.rows.amount.item(i), seq


def generated(scene: Scene) -> None:
    """A child of such a course: its amount joins the sum, and its cycle the count."""
    sales = scene.state.sales
    if not (sales.bound or sales.ends):
        return
    subs = scene.sub.tolist()
    among = (set(sales.bound) | set(sales.ends)).intersection(subs)
    for i in range(len(scene)) if among else ():
        at, sub, order, seq = scene.at_row(i)
        if sub in among:
            cycle, amount = scene.rows.cycle.item(i), max(0, scene.rows.amount.item(i))
            _summed(scene.state, at, sub, order, seq, cycle, amount)
            _counted(scene.state, at, sub, order, seq, cycle, amount)


def _summed(state: State, at: int, sub: int, order: int, seq: int, cycle: int, amount: int) -> None:
    """INV-42: with the last bound child the total is known (SS-LAW-03)."""
    course = state.sales.bound.get(sub)
    if course is None:
        return
    course.children[cycle] = order
    if len(course.children) < course.deliveries:
        return
    del state.sales.bound[sub]
    total = amount + sum(state.amount(one) for one in course.children.values() if one != order)
    if course.shown >= 0 and course.shown != total:
        state.report(
            "INV-42", at, sub, -1, course.shown_seq, seq, case="differs", money=abs(total - course.shown),
            found=course.shown, expected=total, deliveries=course.deliveries,
        )  # fmt: skip


def _counted(state: State, at: int, sub: int, order: int, seq: int, cycle: int, amount: int) -> None:
    """INV-43: no child after the last one."""
    ends = state.sales.ends.get(sub)
    if ends is None:
        return
    n, made = ends
    if cycle not in made and len(made) >= n:
        state.report("INV-43", at, sub, order, seq, case="beyond", money=amount, cycle=cycle, expected=n)
    made.add(cycle)


def ended(scene: Scene) -> None:
    """INV-43: a course that ends has had all its children."""
    sales = scene.state.sales
    for i in range(len(scene)) if sales.ends else ():
        at, sub, _, seq = scene.at_row(i)
        n, made = sales.ends.get(sub, (0, set()))
        if len(made) < n:
            scene.state.report("INV-43", at, sub, -1, seq, case="early", found=len(made), expected=n)


def left(scene: Scene) -> None:
    """A bound course that is stopped before its deliveries: an early exit, told as a warning (SS-LAW-03)."""
    state, bound = scene.state, scene.state.sales.bound
    for i in range(len(scene)) if bound else ():
        at, sub, _, seq = scene.at_row(i)
        course = bound.get(sub)
        meaning = SUBSCRIPTION_MEANING.item(scene.rows.status_to.item(i))
        if course is None or meaning not in (SubscriptionMeaning.STOPPED, SubscriptionMeaning.CANCELLED):
            continue
        del bound[sub]
        state.agenda.close_all(~sub, "INV-42", "nowhere")
        if not course.children:  # turned away at the checkout
            continue
        found = state.finding(
            "INV-42", at, sub, -1, course.seq, seq, case="early_exit", found=len(course.children),
            deliveries=course.deliveries,
        )  # fmt: skip
        state.findings.append(found)


def changed(scene: Scene) -> None:
    """What the customer changed since is another bargain: its total was not the one to be shown (modelled)."""
    bound = scene.state.sales.bound
    if not bound:
        return
    changes = scene.state.said(scene.code, *_CHANGES) | (scene.rows.amount >= 0)
    changes &= ~scene.state.said(scene.code, "price")
    for sub in scene.sub[changes].tolist():
        bound.pop(sub, None)

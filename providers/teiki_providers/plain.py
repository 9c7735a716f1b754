"""Cash on delivery and bank transfer: no provider is asked, so everything is accepted and nothing recorded."""

from teiki_sim.messages import UNCOVERED, Answer, Ask, Method, Operation, Outcome

#: From this method number on, nobody is asked.
FIRST_PLAIN = int(min(UNCOVERED))


def is_plain(method: Method) -> bool:
    """Whether this method has no provider."""
    return method in UNCOVERED


def answer(ask: Ask) -> Answer:
    """Accepted, with no transaction; there is nothing to look up or to print."""
    if ask.operation in (Operation.INQUIRE, Operation.PRINT_INVOICE):
        return Answer(Outcome.DECLINED, code="unknown")
    return Answer(Outcome.ACCEPTED, amount=ask.amount)

"""What billing does later. A task may run twice or late: each asks the domain, which looks again."""

from django_tasks import task

from billing.domain import authorisations, online, proofs
from billing.domain.statements import importing


@task()
def look_at_proof(attempt_id: str) -> None:
    """A patient has sent a picture."""
    proofs.look(attempt_id)


@task()
def sweep_authorisations() -> None:
    """The last day of one is past."""
    authorisations.expire_over()


@task()
def read_statement(statement_id: str) -> None:
    """A long bank statement, or one that overlapped another that was taken back."""
    importing.read(statement_id)


@task()
def ask_gateway(attempt_id: str) -> None:
    """A patient went to pay online a while ago."""
    online.watch(attempt_id)


@task()
def ask_gateway_soon(attempt_id: str, tries: int) -> None:
    """A patient has come back from paying online."""
    online.watch_closely(attempt_id, tries)

"""Finding a case, or saying that there is none."""

from quietline.cases.model import Case
from quietline.cases.ports import CaseStore
from quietline.kernel.errors import NotFoundError


def find(store: CaseStore, case_id: str) -> Case:
    """Return a case.

    Raises:
        NotFoundError: there is none.
    """
    found = store.get(case_id)
    if found is None:
        raise NotFoundError("There is no such case.")
    return found

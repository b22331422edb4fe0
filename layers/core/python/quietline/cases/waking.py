"""Waking a case's execution after something was kept that it should see."""

from quietline.cases.ports import CaseStore, TaskAnswers


def wake(store: CaseStore, tasks: TaskAnswers, case_id: str) -> None:
    """Wake the task that waits now; without one nothing happens.

    To be called after what the execution should see was kept. The token is read only here: a wait that began meanwhile
    has another token than the case had when it was read, and looked before there was something to see.
    """
    case = store.get(case_id)
    if case is not None and case.token:
        tasks.answer(case.token)

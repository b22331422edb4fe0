"""Persistence: a crash loses seconds, not the day, and sent mails stay."""

import copy
import logging
import os
import threading
import time
from typing import Any

SHARE = 20
"""A save is followed by so many times its length without one."""

log = logging.getLogger("quietline.local")


def checkpoints() -> None:
    """Save the state on a timer too; the emulator saves only on a clean exit.

    A large state takes seconds in which nothing else goes on, so it is saved less often: a twentieth of the time. The
    timer begins when the state of before has been read: services that still lack theirs would be saved as empty.
    """
    seconds = os.environ.get("QUIETLINE_CHECKPOINT_SECONDS")
    if not seconds or os.environ.get("PERSIST_STATE") != "1":
        return
    pause = float(seconds)
    from ministack import app
    from ministack.core import persistence

    read = app._load_persisted_state

    def loop() -> None:
        quiet = logging.getLogger("persistence")
        took = 0.0
        while True:
            time.sleep(max(pause, SHARE * took))
            begun = time.monotonic()
            level = quiet.level
            quiet.setLevel(logging.WARNING)
            try:
                persistence.save_all(app._build_persistence_save_dict())
            except Exception as error:  # the next one may work
                log.warning("checkpoint failed: %s", error)
            finally:
                quiet.setLevel(level)
                took = time.monotonic() - begun

    def read_and_begin() -> None:
        read()
        threading.Thread(target=loop, daemon=True, name="quietline-checkpoints").start()

    app._load_persisted_state = read_and_begin


def sent_mails() -> None:
    """Sent mails are part of the state; the emulator forgets them at a restart, and with them every open link."""
    from ministack.services import ses

    state, restore = ses.get_state, ses._restore_state

    def get_state() -> dict[str, Any]:
        return {**state(), "_sent_emails": copy.deepcopy(ses._sent_emails)}

    def restore_state(data: dict[str, Any]) -> None:
        restore(data)
        ses._restore_regional_store(ses._sent_emails, data.get("_sent_emails", {}))

    ses.get_state = get_state
    ses._restore_state = restore_state


FIXES = {"checkpoints": checkpoints, "sent-mails": sent_mails}

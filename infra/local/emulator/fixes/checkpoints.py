"""Persistence: a crash loses seconds, not the day."""

import logging
import os
import threading
import time

log = logging.getLogger("quietline.local")


def checkpoints() -> None:
    """Save the state on a timer too; the emulator saves only on a clean exit."""
    seconds = os.environ.get("QUIETLINE_CHECKPOINT_SECONDS")
    if not seconds or os.environ.get("PERSIST_STATE") != "1":
        return
    pause = float(seconds)

    def loop() -> None:
        from ministack import app
        from ministack.core import persistence

        quiet = logging.getLogger("persistence")
        while True:
            time.sleep(pause)
            level = quiet.level
            quiet.setLevel(logging.WARNING)
            try:
                persistence.save_all(app._build_persistence_save_dict())
            except Exception as error:  # the next one may work
                log.warning("checkpoint failed: %s", error)
            finally:
                quiet.setLevel(level)

    threading.Thread(target=loop, daemon=True, name="quietline-checkpoints").start()


FIXES = {"checkpoints": checkpoints}

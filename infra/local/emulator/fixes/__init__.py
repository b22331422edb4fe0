"""Fixes of the emulator, one small named piece each.

A fix replaces private functions of exactly the version that it was written for. With any other version none is
applied, and a warning says so: the emulator then behaves as its makers ship it.
"""

import importlib
import importlib.metadata
import logging
from collections.abc import Callable

log = logging.getLogger("quietline.local")

VERSION = "1.5.33"

MODULES = ("lambdas", "streams", "cloudformation", "stepfunctions", "cloudfront", "iam", "cognito", "checkpoints")

type Fix = Callable[[], None]


def fixes() -> dict[str, Fix]:
    """All fixes by name, in the order in which they are applied."""
    found: dict[str, Fix] = {}
    for module in MODULES:
        found.update(importlib.import_module(f"{__name__}.{module}").FIXES)
    return found


def apply_all() -> list[str]:
    """Apply every fix to the installed emulator.

    Returns:
        Names of the fixes that were applied; none when the version is not ours.

    """
    installed = importlib.metadata.version("ministack")
    if installed != VERSION:
        log.warning("ministack is %s and the fixes are for %s: none is applied", installed, VERSION)
        return []
    applied = []
    for name, fix in fixes().items():
        try:
            fix()
        except Exception as error:  # the emulator stays usable without one fix; what misses it says so
            log.warning("fix %s was not applied: %s: %s", name, type(error).__name__, error)
        else:
            applied.append(name)
    log.info("fixes: %s", ", ".join(applied))
    return applied

"""How the process's memory is handed out while many large arrays come and go."""

import ctypes
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Their numbers in glibc's `malloc.h`."""
_FREE_KEPT, _LARGEST_KEPT = 1 << 30, 32 << 20
"""Bytes; 32 MB is the most that glibc takes."""


@cache
def keep_freed_memory() -> bool:
    """Let the process keep what it frees, for what it allocates next; return whether its C library can (glibc).

    Otherwise each array of a piece is given back to the system and got again, page by page and filled with zeros.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT) and mallopt(_TRIM_THRESHOLD, _FREE_KEPT))

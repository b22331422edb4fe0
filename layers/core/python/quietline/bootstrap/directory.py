"""Who calls: the public directory, and who had declared a number."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.directory.ports import Declarations
    from quietline.sellers.directory import DirectoryService


@cache
def declarations(sellers_table: str) -> "Declarations":
    """Return who has declared which number, for investigators and screening."""
    from quietline.adapters.dynamodb.directory import DirectoryStore
    from quietline.adapters.dynamodb.table import Table

    return DirectoryStore(Table(sellers_table))


@cache
def directory(sellers_table: str, profile: str) -> "DirectoryService":
    """Return what anybody may ask about sellers."""
    from quietline.adapters.dynamodb.directory_entries import EntryStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.sellers.directory import DirectoryService

    return DirectoryService(EntryStore(Table(sellers_table)), SystemClock(), load_profile(profile))

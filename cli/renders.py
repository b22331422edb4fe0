"""The formats a list comes in here: made from the bitmap on this machine, and read back to prove a file by itself."""

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import NotVerifiedError, UsageError
from cli.jurisdiction import profile_of

if TYPE_CHECKING:
    from pyroaring import BitMap
    from quietline.kernel.phone import NumberingRules

BITMAP = "roar"
NAME = re.compile(r"^\d+-\d+-\d+_(?P<area>[^_]+)_[0-9A-F-]{36}\.(?P<format>[a-z]+)$")
"""A full list's file name, as the FTC names them."""


def formats() -> tuple[str, ...]:
    """Return the formats a full list can have, the default first, the bitmap itself last."""
    from quietline.lists.model import FORMATS, Kind

    return (*FORMATS[Kind.FULL], BITMAP)


def check_format(format_: str) -> str:
    """Return the format.

    Raises:
        UsageError: there is no such format.
    """
    if format_ not in formats():
        raise UsageError(f"A list comes as {', '.join(formats()[:-1])} or {BITMAP}.")
    return format_


def rules_of(profile: str) -> "NumberingRules":
    """Return how numbers are made up in a jurisdiction.

    Raises:
        NotVerifiedError: this version of the command does not know it.
    """
    return profile_of(profile).rules


def zipped(format_: str, area: str, day: str, numbers: "BitMap", profile: str) -> tuple[str, bytes]:
    """Return name and bytes of an area's zipped list; `day` is when the area last changed."""
    from quietline.lists import build, encode
    from quietline.lists.model import Kind, file_name

    when = date.fromisoformat(day)
    name = file_name(profile, area, when, Kind.FULL, format_)
    return f"{name}.zip", build.zipped(name, encode.full(area, numbers, when, format_, rules_of(profile)))


def numbers_of(path: Path, profile: str) -> tuple[str, "BitMap"]:
    """Return area and numbers of a full list, zipped or not; the name of the text's file says area and format.

    Raises:
        NotVerifiedError: it is no such list.
    """
    from quietline.lists import read

    try:
        data, name, said = path.read_bytes(), path.name, path.name
        if path.suffix == ".zip":
            name, data = read.unzipped(data)
            said = f"{path.name} holds {name!r}, which"
        named = NAME.match(name)
        if named is None or named["format"] not in formats():
            raise NotVerifiedError(f"{said} is not the name of a full list.")
        return named["area"], read.full(data, named["area"], named["format"], rules_of(profile))
    except ValueError as error:
        raise NotVerifiedError(f"{path.name} is not a list that the registry could have made: {error}.") from error

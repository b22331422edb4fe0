"""The jurisdiction that signed things name: its days and numbers are the profile's of that name."""

from typing import TYPE_CHECKING

from cli.errors import NotVerifiedError

if TYPE_CHECKING:
    from quietline.profiles import Profile


def profile_of(name: str) -> "Profile":
    """Return the profile of a name that a list, a receipt or the settings give.

    Raises:
        NotVerifiedError: this version of the command does not know it.
    """
    from quietline.kernel.errors import ConfigurationError
    from quietline.profiles import load_profile

    try:
        return load_profile(name)
    except ConfigurationError as error:
        raise NotVerifiedError(
            f"The list is of the jurisdiction {name!r}, which this version does not know."
        ) from error

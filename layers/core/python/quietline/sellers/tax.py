"""Tax ids: checked for their form, which is data of the profile. Whether one was issued, and to whom, nobody asks."""

from quietline.kernel.errors import FieldError
from quietline.profiles.sellers import TaxIdForm
from quietline.sellers.model import TaxId
from quietline.sellers.ports import Vault

HIDDEN = "•"
LEFT = 4
"""Digits that are shown of a person's number."""


def read_tax_id(kind: str, number: str, forms: tuple[TaxIdForm, ...], vault: Vault) -> TaxId | FieldError:
    """Return a tax id, a person's encrypted, or what is wrong with it.

    Args:
        kind: the form's name, e.g. `ein`.
        number: as people write it; spaces and dashes do not matter.
        forms: of the profile.
        vault: encrypts a person's number.
    """
    form = next((one for one in forms if one.kind == kind), None)
    if form is None:
        return FieldError("/tax_id/kind", f"Choose {' or '.join(one.kind for one in forms)}.", "tax_kind_unknown")
    digits = "".join(char for char in number if char not in " -.")
    if not form.fits(digits):
        return FieldError("/tax_id/number", "A number of this kind has another form.", "tax_id_not_valid")
    if not form.personal:
        return TaxId(kind, form.written(digits))
    shown = HIDDEN * (len(digits) - LEFT) + digits[-LEFT:]
    return TaxId(kind, form.written(shown), vault.encrypt(digits))

"""What complaints about one caller have in common."""


def caller_key(number: str, name: str) -> str:
    """Return what complaints about the same caller share: its number, else its name folded (case, signs, spaces).

    >>> caller_key("", "ACME  Roofing, Inc.")
    'name:acme roofing inc'
    """
    if number:
        return number
    letters = "".join(character if character.isalnum() else " " for character in name.casefold())
    return "name:" + " ".join(letters.split())

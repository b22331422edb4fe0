"""A small text that the browser saves as a file."""

from functions.portal.frame import Answer


def saved(text: str, name: str) -> Answer:
    """Return a signed text (a compact JWS) as a file to save."""
    headers = {"content-type": "application/jose", "content-disposition": f'attachment; filename="{name}"'}
    return Answer(200, text, headers)

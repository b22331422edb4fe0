"""What Python raises of an archive that is harmed, cut off, or packed in a way that it cannot unpack."""

import lzma
import zipfile
import zlib

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,  # bzip2 and gzip
    EOFError,
    RuntimeError,  # a password; an unknown packing
    ValueError,  # names that are no text, places before the file's beginning
)
"""To be caught around opening a zip or gzip file, and around each reading of it."""

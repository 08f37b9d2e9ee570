"""The font of dossiers: free, with every Vietnamese letter, brought by matplotlib, embedded in each file."""

from __future__ import annotations

import io
import uuid
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["FAMILY", "embedded_font", "font_file", "obfuscated"]

FAMILY: Final = "DejaVu Sans"
_FILES: Final = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
#: Latin with its accents, Vietnamese letters, marks, punctuation, sub- and superscripts, arrows, signs of
#: arithmetic, the plain forms: what whoever edits a dossier may type
_RANGES: Final = (
    *((0x20, 0x24F), (0x2B0, 0x36F), (0x1E00, 0x1EFF), (0x2010, 0x205E), (0x2070, 0x209C)),
    *((0x20AB, 0x20AC), (0x2100, 0x2122), (0x2190, 0x2199), (0x2200, 0x226B), (0x25A0, 0x25CF)),
)
_KEY_BYTES: Final = 16
_MASKED: Final = 32


def font_file(style: str) -> Path:
    """Find the file of the font.

    Parameters
    ----------
    style : {"regular", "bold"}

    Returns
    -------
    pathlib.Path
        TrueType.

    Examples
    --------
    >>> font_file("bold").name
    'DejaVuSans-Bold.ttf'
    """
    import matplotlib as mpl  # noqa: PLC0415 - brings the font, takes a moment to load

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / _FILES[style]


@cache
def embedded_font(style: str) -> bytes:
    """Return the font with the letters of Vietnamese and English alone, a tenth of its size.

    Parameters
    ----------
    style : {"regular", "bold"}

    Returns
    -------
    bytes
        TrueType.

    Notes
    -----
    The licence of DejaVu lets anybody embed it, and the font says so itself (``fsType`` 0).
    """
    from fontTools import subset  # noqa: PLC0415 - takes a moment to load

    options = subset.Options(notdef_outline=True, name_IDs=["*"], hinting=False, drop_tables=["FFTM"])
    font = subset.load_font(font_file(style), options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=[code for first, last in _RANGES for code in range(first, last + 1)])
    chosen.subset(font)
    out = io.BytesIO()
    font.save(out)
    font.close()
    return out.getvalue()


def obfuscated(font: bytes) -> tuple[bytes, str]:
    """Mask a font the way word processors want it.

    Parameters
    ----------
    font : bytes
        TrueType.

    Returns
    -------
    font : bytes
        Its first 32 bytes mixed with the key.
    key : str
        GUID in braces; the same for the same font.

    Notes
    -----
    ECMA-376 part 4, 17.8.1: the bytes of the key, last one first, are mixed (exclusive or) with bytes 0 to
    15 and again with 16 to 31.

    Examples
    --------
    >>> masked, key = obfuscated(bytes(40))
    >>> masked[:16] == masked[16:32] == bytes.fromhex(key.strip("{}").replace("-", ""))[::-1]
    True
    >>> masked[32:] == bytes(8)
    True
    """
    name = uuid.uuid5(uuid.NAMESPACE_OID, font.hex())
    key = name.bytes[::-1]
    masked = bytes(byte ^ key[n % _KEY_BYTES] for n, byte in enumerate(font[:_MASKED]))
    return masked + font[_MASKED:], "{" + str(name).upper() + "}"

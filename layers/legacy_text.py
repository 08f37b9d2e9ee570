"""Text from before Unicode, decided column by column: TCVN3, VNI, VISCII, cp1258, UTF-8 read as Latin-1.

Each way to read a column is tried, and counted is how many of its words with marks are Vietnamese syllables.
A way is taken only where almost all are, where the column as it stands has few, and where no other way is
near; a column that is too short to tell stays as it is, with a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from viparse.normalize.encodings import CHARMAPS
from viparse.normalize.tables import convert

from layers._syllables import is_syllable
from layers._text import text_columns
from layers.names import normal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd
    import pandas as pd

    from layers.findings import Ledger

__all__ = ["TextVerdict", "decoded", "judge_text", "with_text_read"]

_SURE: Final = 0.9
_BETTER: Final = 0.3
_APART: Final = 0.1
_FEWEST: Final = 4
_SAMPLE: Final = 2_000
_PREVIEW: Final = 10
_WORD: Final = re.compile(r"[^\s\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e0-9–…“”]+")

#: what no old encoding uses for a letter is punctuation of Windows: dashes and quotes
_CONTROLS: Final = re.compile("[\x80-\x9f]")


@dataclass(frozen=True)
class TextVerdict:
    """How a column of text should be read.

    Parameters
    ----------
    encoding : str
        ``tcvn3``, ``vni``, ``viscii``, ``cp1258``, ``utf-8``; ``""`` as it stands; ``"?"`` not sure.
    confidence : float
        Share of the words with marks that are Vietnamese syllables when read so.
    words : int
        Words with marks, of which the share is taken.
    preview : tuple of (str, str)
        Up to ten values, before and after.
    """

    encoding: str
    confidence: float
    words: int
    preview: tuple[tuple[str, str], ...] = ()


def judge_text(values: Iterable[Any]) -> TextVerdict:
    r"""Decide how a column of text should be read.

    Parameters
    ----------
    values : iterable
        Of one column; what is no text is passed over.

    Returns
    -------
    TextVerdict

    Examples
    --------
    >>> judge_text(["Hµ Néi", "Th¸i Nguyªn", "Qu¶ng Ninh"]).encoding
    'tcvn3'
    >>> judge_text(["Hà Nội", "Thái Nguyên"]).encoding
    ''
    """
    texts = [v for v in dict.fromkeys(v for v in values if isinstance(v, str)) if not v.isascii()][:_SAMPLE]
    marked = [text for text in texts if any(not word.isascii() for word in _WORD.findall(text))]
    plain, count = _share(marked, marked)
    if not count or plain >= 1 - _APART:
        return TextVerdict("", plain, count)
    shares = {}
    for name, read in _READERS.items():
        made = [read(text) for text in marked]
        if any(text is None for text in made):
            continue
        shares[name] = (_share(marked, [str(t) for t in made])[0], made)
    order = sorted(shares, key=lambda n: -shares[n][0])
    best = order[0] if order else ""
    share = shares[best][0] if best else 0.0
    if share <= plain + _APART:
        return TextVerdict("", plain, count)
    rivals = [shares[n][0] for n in order[1:] if shares[n][1] != shares[best][1]]
    clear = share >= _SURE and share - plain >= _BETTER and share - max(rivals, default=0.0) >= _APART
    shown = tuple(
        (a, normal(str(b))) for a, b in zip(marked[:_PREVIEW], shares[best][1][:_PREVIEW], strict=True)
    )
    return TextVerdict(best if clear and count >= _FEWEST else "?", share, count, shown)


def with_text_read(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    """Read the columns of text whose encoding is sure the way they were written.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    ledger : Ledger
        Receives ``text_decoded`` or ``text_unsure`` for a column, with its confidence and a preview.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy where a column was read another way, else the frame itself.
    """
    for column in text_columns(frame):
        verdict = judge_text(frame[column])
        if verdict.encoding == "":
            continue
        told = {
            "column": str(column),
            "share_pct": verdict.confidence * 100,
            "count": verdict.words,
            "found": [f"{a} → {b}" for a, b in verdict.preview],
        }
        if verdict.encoding == "?":
            ledger.find("text_unsure", level="warn", **told)
            continue
        ledger.find("text_decoded", level="warn", encoding=verdict.encoding, **told)
        frame = frame.copy()
        frame[column] = _read_as(frame[column], verdict.encoding)
    return frame


def decoded(values: pd.Series[Any]) -> list[Any]:
    r"""Read the values of a column the way they were written, where that is sure.

    Parameters
    ----------
    values : pandas.Series

    Returns
    -------
    list
        The values as they are where nothing is to be decoded, or it isn't sure how.

    Examples
    --------
    >>> import pandas as pd
    >>> decoded(pd.Series(["Hµ Néi", "Th¸i Nguyªn", "Qu¶ng Ninh", 7]))
    ['Hà Nội', 'Thái Nguyên', 'Quảng Ninh', 7]
    """
    encoding = judge_text(values).encoding
    return values.tolist() if encoding in ("", "?") else _read_as(values, encoding)


def _read_as(values: pd.Series[Any], encoding: str) -> list[Any]:
    read = _READERS[encoding]
    again = {v: read(v) for v in values.unique() if isinstance(v, str) and not v.isascii()}
    return [again.get(v) or v if isinstance(v, str) else v for v in values]


def _share(raw: list[str], made: list[str]) -> tuple[float, int]:
    """Share of the words with marks, in the text as it stands, that are syllables when read so."""
    good = total = 0
    for before, after in zip(raw, made, strict=True):
        ours, theirs = before.split(), normal(after).split()
        pairs = zip(ours, theirs, strict=True) if len(ours) == len(theirs) else [(before, after)]
        for old, new in pairs:
            if old.isascii():
                continue
            words = _WORD.findall(new)
            total += 1
            good += bool(words) and all(is_syllable(w) for w in words)
    return (good / total if total else 1.0), total


@lru_cache(maxsize=4_096)
def _bytes_of(text: str) -> bytes | None:
    """Bytes that a reader took for Latin-1 or Windows-1252."""
    out = bytearray()
    for letter in text:
        if ord(letter) < 256:  # noqa: PLR2004 - Latin-1
            out.append(ord(letter))
            continue
        try:
            out += letter.encode("cp1252")
        except UnicodeEncodeError:
            return None
    return bytes(out)


def _by_map(name: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        raw = _bytes_of(text)
        if raw is None:
            return None
        made = str(convert(raw.decode("latin-1"), CHARMAPS[name]))
        return _CONTROLS.sub(lambda c: bytes([ord(c[0])]).decode("cp1252", "replace"), made)

    return read


def _by_codec(name: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        raw = _bytes_of(text)
        try:
            return None if raw is None else raw.decode(name)
        except UnicodeDecodeError as error:
            # a field cut at its byte limit ends in half a letter
            cut = raw is not None and len(raw) - error.start < 4  # noqa: PLR2004 - the longest letter
            return raw[: error.start].decode(name) if cut and raw is not None else None

    return read


_READERS: Final[dict[str, Callable[[str], str | None]]] = {
    "utf-8": _by_codec("utf-8"),
    "tcvn3": _by_map("tcvn3"),
    "vni": _by_map("vni"),
    "viscii": _by_map("viscii"),
    "cp1258": _by_codec("cp1258"),
}

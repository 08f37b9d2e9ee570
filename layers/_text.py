"""Text of a layer: one Unicode form, and what to do where the bytes are not what they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layers.names import normal

if TYPE_CHECKING:
    from layers.findings import Ledger

_SPACES: Final = (
    r"^[\s\x{a0}\x{3000}]|[\s\x{a0}\x{3000}]$|[\t\n\v\f\r\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}]"
    r"|[\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|  "
)
#: UTF-8 read as Latin-1 or Windows-1252, a replacement sign, a question mark amid a word
_SUSPICIOUS: Final = (
    "\ufffd|[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™›]|á[º»][\u0080-\u00bfœžŸŒŽŠš‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™›]"
    "|Ä[\u0080-\u009f‘]|Æ[°¡]|[A-Za-zÀ-ỹ]\\?[A-Za-zÀ-ỹ]"
)


def text_columns(frame: pd.DataFrame) -> list[Any]:
    """Columns that may hold text."""
    return [c for c, kind in frame.dtypes.items() if kind == object or isinstance(kind, pd.StringDtype)]  # noqa: E721


def normal_values(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Bring the text among some values to form NFC with single spaces; ``None`` where all text is so."""
    words = _packed(values)
    composed = pc.not_equal(words, pc.utf8_normalize(words, form="NFC"))
    odd = pc.fill_null(pc.or_(composed, pc.match_substring_regex(words, _SPACES)), fill_value=False)
    change = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
    if not len(change):
        return None
    out = values.copy()
    out.iloc[change] = [normal(text) for text in values.iloc[change]]
    return out


def find_suspicious(frame: pd.DataFrame, ledger: Ledger) -> None:
    """Enter ``text_suspicious`` for each column with text read in a wrong encoding or with lost letters."""
    for column in text_columns(frame):
        words = _packed(frame[column])
        bad = words.filter(pc.match_substring_regex(words, _SUSPICIOUS))
        if len(bad):
            found = bad[0].as_py()[:60]
            ledger.find("text_suspicious", level="warn", column=str(column), count=len(bad), found=found)


def _packed(values: pd.Series[Any]) -> pa.Array:
    """Text as Arrow holds it, null for what is no text; columns of pandas text cost no copy."""
    if isinstance(values.dtype, pd.StringDtype):
        given = pa.array(values.array)
    else:
        texts = [v if isinstance(v, str) else None for v in values]
        try:
            given = pa.array(texts, pa.large_string())
        except UnicodeEncodeError:  # half of a surrogate pair
            safe = [None if v is None else v.encode("utf-8", "replace").decode() for v in texts]
            given = pa.array(safe, pa.large_string())
    return given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given


def undecodable(frame: pd.DataFrame) -> list[Any]:
    """Columns that Arrow handed over with bytes that are no UTF-8; their values can't even be looked at."""
    return [
        c for c in text_columns(frame) if isinstance(frame[c].dtype, pd.StringDtype) and _is_broken(frame[c])
    ]


def _is_broken(values: pd.Series[Any]) -> bool:
    try:
        pa.chunked_array(pa.array(values.array)).validate(full=True)
    except (pa.ArrowException, ValueError):
        return True
    return False


def decoded(frame: Any, ledger: Ledger, encoding: str) -> Any:
    """Decode text that was read byte by byte (as Latin-1), with a sign for bytes that mean nothing."""
    for column in text_columns(frame):
        values = frame[column].to_numpy(dtype=object, na_value=None)
        raw = [v.encode("latin-1", "replace") if isinstance(v, str) else v for v in values]
        frame[column] = _from_bytes(raw, frame[column], ledger, encoding)
    return frame


def mended(frame: Any, ledger: Ledger) -> Any:
    """Mend the columns of :func:`undecodable`, with a sign for bytes that are no UTF-8."""
    for column in undecodable(frame):
        raw = pa.array(frame[column].array).cast(pa.large_binary()).to_pylist()
        frame[column] = _from_bytes(raw, frame[column], ledger, "utf-8")
    return frame


def _from_bytes(raw: list[Any], values: pd.Series[Any], ledger: Ledger, encoding: str) -> list[Any]:
    texts = [v.decode(encoding, "replace") if isinstance(v, bytes) else v for v in raw]
    for row, text, given in zip(values.index, texts, raw, strict=True):
        if isinstance(given, bytes) and "\ufffd" in text and "\ufffd".encode() not in given:
            ledger.find("text_undecodable", row, "warn", column=str(values.name), found=text[:60])
    return texts

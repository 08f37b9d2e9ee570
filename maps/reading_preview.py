"""A reading before it is saved: its first rows as decoded, its areas beside the stated ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.crs import to_crs

if TYPE_CHECKING:
    from pyproj import CRS

    from layers import Reading
    from maps.words import Words

__all__ = ["Areas", "areas_of", "areas_table", "decoded_lines", "first_rows"]

_STATED: Final = "stated_area_ha"
_HA: Final = 10_000.0
_APART_PCT: Final = 1.0
_MOST: Final = 10


@dataclass(frozen=True)
class Areas:
    """Computed areas beside the stated ones.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows that state an area, those that differ most first: ``name, stated_ha, computed_ha, share_pct``;
        index is the row of the file.
    computed_ha : float
        Of all rows, whether they state an area or not.
    stated_ha : float
        Sum of the stated ones; NaN where none is stated.
    apart : int
        Rows that differ by more than 1 %.
    """

    rows: pd.DataFrame
    computed_ha: float
    stated_ha: float
    apart: int


def first_rows(reading: Reading, words: Words, *, count: int = 10) -> pd.DataFrame:
    """Take the first rows as they would be saved.

    Parameters
    ----------
    reading : Reading
    words : Words
    count : int

    Returns
    -------
    pandas.DataFrame
        Texts, known fields first; a heading says where its column was read by another encoding. Columns that
        are empty in all these rows are left out. Index is the row of the file.
    """
    frame = reading.layer.frame
    head = pd.DataFrame(frame.head(count).drop(columns=str(frame.geometry.name)))
    # fields that are known come first; programs add columns that nobody ever fills
    known = [match.field for match in reading.fields if match.column and match.field in head]
    order = _beside([*known, *(str(column) for column in head if str(column) not in known)], reading)
    table = head[[column for column in order if _says_anything(head[column])]]
    codes: dict[str, str] = {
        str(f.fields["column"]): str(f.fields["encoding"]).upper()
        for f in reading.findings
        if f.code == "text_decoded"
    }
    names = {match.field: match.column for match in reading.fields if match.column}
    heads = {column: _heading(column, names.get(column, ""), codes, words) for column in map(str, table)}
    heads |= {
        text: words("import.meaning_head", column=code)
        for text, code in _meanings(reading).items()
        if text in table
    }
    shown = table.map(lambda value: _text(value, words)).rename(columns=heads)
    shown.index.name = words("quality.row")
    return shown


def _meanings(reading: Reading) -> dict[str, str]:
    """Columns of what codes mean, each with the column of its codes as the file has it."""
    told = [f.fields for f in reading.findings if f.code == "codes_explained"]
    return {str(one["found"]): str(one["column"]) for one in told}


def _beside(order: list[str], reading: Reading) -> list[str]:
    """Put what codes mean right behind the codes."""
    fields = {match.column: match.field for match in reading.fields if match.column}
    out = [column for column in order if column not in _meanings(reading)]
    for text, code in _meanings(reading).items():
        at = next((n for n, column in enumerate(out) if column in (code, fields.get(code))), len(out))
        out[at + 1 : at + 1] = [text] if text in order else []
    return out


def _says_anything(values: pd.Series[Any]) -> bool:
    return bool((values.notna() & (values.astype(str).str.strip() != "")).any())


def _heading(column: str, called: str, codes: dict[str, str], words: Words) -> str:
    """Field in words, with what the file calls it and how it was decoded."""
    known = words(f"field.{column}") if words.has(f"field.{column}") else column
    code = codes.get(called) or codes.get(column)
    said = [
        called if called and called != known else "",
        words("import.decoded_head", encoding=code) if code else "",
    ]
    beside = ", ".join(part for part in said if part)
    return f"{known} ({beside})" if beside else known


def _text(value: Any, words: Words) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating):
        return words.number(float(value), 4).rstrip("0").rstrip(",.")
    return str(value)


def decoded_lines(reading: Reading, words: Words) -> list[str]:
    """Say of each column of text how it was read and how surely, with a value before and after.

    Parameters
    ----------
    reading : Reading
    words : Words

    Returns
    -------
    list of str
    """
    return [
        words(
            "import.decoded" if f.code == "text_decoded" else "import.undecoded",
            column=f.fields["column"],
            encoding=str(f.fields.get("encoding", "")).upper(),
            share_pct=f.fields["share_pct"],
            example=f.fields["found"][:1],
        )
        for f in reading.findings
        if f.code in ("text_decoded", "text_unsure")
    ]


def areas_of(reading: Reading, crs: CRS) -> Areas | None:
    """Measure the rows of a reading in the system of the workspace, beside what they state.

    Parameters
    ----------
    reading : Reading
    crs : pyproj.CRS

    Returns
    -------
    Areas or None
        None where the rows have no system yet, or none of them is an area.

    Raises
    ------
    CrsError
        As :func:`layers.crs.to_crs`.
    """
    frame = reading.layer.frame
    flat = shapely.get_dimensions(frame.geometry.to_numpy()) == 2  # noqa: PLR2004 - areas
    if frame.crs is None or not flat.any():
        return None
    area = to_crs(frame, crs).geometry.area / _HA
    stated = frame[_STATED] if _STATED in frame else pd.Series(np.nan, frame.index)
    stated = pd.to_numeric(stated, errors="coerce")
    given = stated.notna() & (stated > 0)
    rows = pd.DataFrame(
        {
            "name": frame["name"].astype(str) if "name" in frame else "",
            "stated_ha": stated,
            "computed_ha": area,
            "share_pct": 100 * (area - stated) / stated,
        }
    )[given]
    rows = rows.loc[rows["share_pct"].abs().sort_values(ascending=False, kind="stable").index]
    apart = int((rows["share_pct"].abs() > _APART_PCT).sum())
    total = float(stated[given].sum()) if given.any() else float("nan")
    return Areas(rows, float(area.sum()), total, apart)


def areas_table(areas: Areas, words: Words) -> pd.DataFrame:
    """Write the rows whose areas differ most.

    Parameters
    ----------
    areas : Areas
    words : Words

    Returns
    -------
    pandas.DataFrame
        Those apart by more than 1 %, at most ten, as texts.
    """
    rows = areas.rows[areas.rows["share_pct"].abs() > _APART_PCT].head(_MOST)
    out = pd.DataFrame({words("quality.row"): [str(n) for n in rows.index]})
    out[words("column.name")] = rows["name"].tolist()
    for name, digits in (("stated_ha", 2), ("computed_ha", 2), ("share_pct", 1)):
        out[words(f"import.{name}")] = [words.number(v, digits) for v in rows[name]]
    return out

"""Which column of a file is which field: shown before anything is saved, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.fields import AREA_FIELDS, known_fields
from layers.kinds import kind as kind_named
from maps.pages._frame import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Reading
    from layers.fields import FieldMatch
    from maps.words import Words

__all__ = ["said_fields", "show_fields"]

_SAID: Final = "import-said-fields"
_AREA: Final = "stated_area_ha"
_SILENT: Final = ("made",)


def said_fields(mark: str, kind: str) -> dict[str, str]:
    """Give what the reader chose for a file so far.

    Parameters
    ----------
    mark : str
        Stands for the bytes of the file and its layer.
    kind : str

    Returns
    -------
    dict of str to str
        Field to column, as :class:`layers.fields.FieldChoices` takes it.
    """
    said: dict[str, str] = st.session_state.setdefault(_SAID, {}).get(f"{mark}-{kind}", {})
    return said


def show_fields(reading: Reading, words: Words, *, mark: str) -> None:
    """Show a row for each field with the column that stands for it; a change reads the file again.

    Parameters
    ----------
    reading : Reading
    words : Words
    mark : str
        As for :func:`said_fields`.
    """
    kind = reading.layer.kind_name
    matches = {m.field: m for m in reading.fields}
    asked = [m for m in reading.fields if m.by == "asked"]
    required = set(kind_named(kind).required)
    known = [f for f in known_fields(kind) if f not in _SILENT]
    first = [f for f in known if f in matches or f in required]
    remembered = any(m.by == "remembered" for m in reading.fields)
    with st.expander(words("import.fields", count=len(matches) - len(asked)), expanded=bool(asked)):
        st.caption(words("import.fields_remembered" if remembered else "import.fields_explain"))
        for name in [*first, *(f for f in known if f not in first)]:
            _row(name, matches.get(name), reading.columns, words, mark=f"{mark}-{kind}")


def _row(name: str, match: FieldMatch | None, columns: Sequence[str], words: Words, *, mark: str) -> None:
    left, middle, right = st.columns([3, 4, 5], vertical_alignment="center")
    left.markdown(f"**{plain(words(f'field.{name}'))}**")
    options = _options(name, columns)
    now = _chosen(match) if match else ("", "")
    key = f"import-field-{mark}-{name}-{'-'.join(now)}"
    middle.selectbox(
        words(f"field.{name}"),
        options,
        index=options.index(now) if now in options else 0,
        format_func=lambda o: _shown(o, words),
        key=key,
        on_change=_say,
        args=(key, mark, name),
        label_visibility="collapsed",
    )
    right.caption(_reason(match, words))


def _options(name: str, columns: Sequence[str]) -> list[tuple[str, str]]:
    """Columns, each of an area with the unit it may be in."""
    units = ("ha", "m2", "km2") if name == _AREA else ("",)
    return [("", ""), *((column, unit) for column in columns for unit in units)]


def _chosen(match: FieldMatch) -> tuple[str, str]:
    return (match.column, match.unit or "ha") if match.field == _AREA and match.column else (match.column, "")


def _shown(option: tuple[str, str], words: Words) -> str:
    column, unit = option
    if not column:
        return words("import.field_none")
    return f"{column} ({unit.replace('2', '²')})" if unit else column


def _reason(match: FieldMatch | None, words: Words) -> str:
    if match is None:
        return words("import.field_not_found")
    if match.by == "asked":
        return words("import.field_asked", found=[plain(c) for c in match.others])
    how = words(f"cause.field_by_{match.by}")
    return words("import.field_by", by=how, share=words.number(match.confidence * 100, 0))


def _say(key: str, mark: str, name: str) -> None:
    """Keep a choice; the other fields stay as they were found."""
    column, unit = st.session_state[key]
    said = st.session_state.setdefault(_SAID, {}).setdefault(mark, {})
    for other in AREA_FIELDS if name == _AREA else (name,):
        said.pop(other, None)
    said[f"stated_area_{unit}" if unit in ("m2", "km2") else name] = column

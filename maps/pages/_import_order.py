"""Corners of a boundary table that are out of order: exchanged where the reader ticks it, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers.exchange import Exchange
from maps.pages._frame import plain

if TYPE_CHECKING:
    from layers import Finding, Reading
    from maps.words import Words

__all__ = ["said_exchanges", "show_exchanges"]

_SAID: Final = "import-said-exchanges"
_MOST: Final = 20


def said_exchanges(mark: str) -> tuple[Exchange, ...]:
    """Give what the reader ticked for a file so far.

    Parameters
    ----------
    mark : str
        Stands for the bytes of the file and its layer.

    Returns
    -------
    tuple of Exchange
    """
    said: dict[int, Exchange] = st.session_state.setdefault(_SAID, {}).get(mark, {})
    return tuple(said[ring] for ring in sorted(said))


def show_exchanges(reading: Reading, words: Words, *, mark: str) -> None:
    """Offer the exchanges that would leave no edges of a ring crossing; a tick reads the file again.

    Parameters
    ----------
    reading : Reading
    words : Words
    mark : str
        As for :func:`said_exchanges`.
    """
    rings = {int(f.row): f for f in reading.findings if f.row is not None and f.fields.get("mends")}
    if not rings:
        return
    st.markdown(f"#### {words('import.order_title')}")
    st.caption(words("import.order_explain"))
    for ring in list(rings)[:_MOST]:
        _offer(ring, rings[ring], words, mark=mark)
    if len(rings) > _MOST:
        st.caption(words("import.order_more", count=len(rings) - _MOST))


def _offer(ring: int, finding: Finding, words: Words, *, mark: str) -> None:
    areas_ha = dict(zip(finding.fields["mends"], finding.fields["mends_ha"], strict=True))
    now = st.session_state.get(_SAID, {}).get(mark, {}).get(ring)
    key = f"import-order-{mark}-{ring}"
    state: dict[str, Any] = {} if key in st.session_state else {"default": _corners(now) if now else None}
    name = plain(str(finding.fields["name"]))
    st.pills(
        words("import.order_ring", ring=str(ring), name=name),
        list(areas_ha),
        format_func=lambda one: words(
            "import.order_way", corners=one.replace("-", " ↔ "), area_ha=words.number(areas_ha[one], 4)
        ),
        key=key,
        on_change=_say,
        args=(key, mark, ring),
        **state,
    )


def _corners(one: Exchange) -> str:
    return f"{one.first}-{one.second}"


def _say(key: str, mark: str, ring: int) -> None:
    """Keep a tick, or that it was taken away."""
    said = st.session_state.setdefault(_SAID, {}).setdefault(mark, {})
    said.pop(ring, None)
    if picked := st.session_state[key]:
        first, _, second = picked.partition("-")
        said[ring] = Exchange(ring, int(first), int(second))

"""A row of figures above an answer."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Card", "show_cards"]


@dataclass(frozen=True)
class Card:
    """One figure.

    Parameters
    ----------
    label, value : str
        In words and in the number format of the language.
    beside : str
        A share, or what the figure counts.
    colour : str
        Of the edge, that of the answer on the map; a plain blue where there is none.
    """

    label: str
    value: str
    beside: str = ""
    colour: str = "#1f5fa8"


def show_cards(cards: Iterable[Card], note: str = "") -> None:
    """Show figures in a row that wraps where the screen is narrow.

    Parameters
    ----------
    cards : iterable of Card
    note : str
        What should be known of the figures, below them.
    """
    shown = list(cards)
    body = "".join(
        f"<div class='tc-card' style='border-left-color:{escape(card.colour)}'><span>{escape(card.label)}"
        f"</span><b>{escape(card.value)}</b><i>{escape(card.beside)}</i></div>"
        for card in shown
    )
    below = f"<div class='tc-note'>{escape(note)}</div>" if note else ""
    row = f"<div class='tc-cards' data-n='{len(shown)}'>{body}</div>"
    st.html(f"<div class='tc-cards-room'>{row}</div>{below}")

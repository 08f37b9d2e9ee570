"""What an answer of a search must not be read without: law that was put aside, weights that contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.candidate_tables import criterion_name
from maps.tables import clause_of

if TYPE_CHECKING:
    from maps.words import Words

__all__ = ["show_stamps"]


def show_stamps(run: dict[str, Any], words: Words) -> None:
    """Show above an answer what was chosen against the table of the law, and what no site may hide.

    Parameters
    ----------
    run : dict
        Of a ``CandidateAnswer``.
    words : Words
    """
    waived = run.get("waived") or []
    if waived:
        named = "; ".join(
            f"{words.value(row['constraint'], 'constraint')} ({clause_of(row, words)})" for row in waived
        )
        st.warning(words("candidate_ask.stamped", names=named))
    compared = run.get("pairwise")
    if compared and not compared["consistent"]:
        first, second, stated, implied = compared["worst"]
        st.warning(
            words(
                "candidate_ask.inconsistent",
                ratio=words.number(compared["consistency_ratio"], 3),
                first=criterion_name(first, words),
                second=criterion_name(second, words),
                stated=words.number(stated, 2),
                implied=words.number(implied, 2),
            )
        )

"""Kept runs in words: the list of them, and which layers have newer versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from maps.columns import headed
from maps.constraint_words import layer_said
from maps.headlines import headlines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.runs import Run, Runs
    from maps.words import Words

__all__ = ["run_lines", "versions_text"]

_COLUMNS: Final = ("id", "kind", "title", "figures", "kept_at", "changed")
_FIGURES: Final = 3


def run_lines(runs: Runs, listed: Sequence[Run], words: Words) -> pd.DataFrame:
    """Put runs into words.

    Parameters
    ----------
    runs : Runs
        Of the workspace: tells what has newer versions.
    listed : sequence of Run
    words : Words

    Returns
    -------
    pandas.DataFrame
        One row a run, in the order given; columns headed in words (``run_column``): id, kind, title,
        headline figures, when it was kept, what has changed since.
    """
    rows = [
        {
            "id": run.id,
            "kind": words(f"runs.kind_{run.kind}"),
            "title": run.title,
            "figures": " · ".join(
                f"{h.label}: {h.value or '–'}"
                for h in headlines(run.kind, run.figures, words)[:_FIGURES]
            ),
            "kept_at": words.moment(run.kept_at),
            "changed": _changed(runs, run, words),
        }
        for run in listed
    ]  # fmt: skip
    return headed(pd.DataFrame(rows, columns=list(_COLUMNS)), words, section="run_column")


def versions_text(newer: Mapping[str, tuple[int, int]], words: Words) -> str:
    """Name layers with the version that was read and the newest.

    Parameters
    ----------
    newer : mapping of str to (int, int)
        From :meth:`maps.runs.Runs.newer`.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> versions_text({"land_2025": (1, 3)}, words("en"))
    'land_2025 (read v1, now v3)'
    >>> versions_text({"cemeteries": (1, 2)}, words("en"))
    'Cemeteries (read v1, now v2)'
    """
    return ", ".join(
        words("runs.versions", layer=layer_said(layer, words), then=then, now=now)
        for layer, (then, now) in newer.items()
    )


def _changed(runs: Runs, run: Run, words: Words) -> str:
    newer = runs.newer(run.question)
    parts = [words("runs.newer_short", count=len(newer))] if newer else []
    if runs.rules_changed(run):
        parts.append(words("runs.rules_short"))
    return ", ".join(parts)

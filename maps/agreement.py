"""Land by the plans that have it: lines of a table, and layers of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from maps.canvas import MapLayer
from maps.styles import Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.words import Words
    from spatial.consensus import Consensus

__all__ = ["agreement_layers", "agreement_lines"]

#: from many plans to one; a single hue, so that more agreement reads as darker
_SHADES: Final = ("#08306b", "#2171b5", "#6baed6", "#bdd7e7")
_NOISE: Final = Look("#b08d2e", "redrawn", "#7a5f14", 1.0, "3 3")
_FIRST: Final = 60


def agreement_lines(answer: Consensus, words: Words, *, names: Mapping[str, str]) -> pd.DataFrame:
    """Write the rows of a consensus in words.

    Parameters
    ----------
    answer : Consensus
    words : Words
    names : mapping of str to str
        Layer name to its title.

    Returns
    -------
    pandas.DataFrame
        ``plans, count, area_ha, noise_ha``; index as in the answer.
    """
    rows = answer.rows
    plans = [_said(row, words, names) for _, row in rows.iterrows()]
    return pd.DataFrame({"plans": plans, **{c: rows[c] for c in ("count", "area_ha", "noise_ha")}})


def _said(row: pd.Series, words: Words, names: Mapping[str, str]) -> str:
    have = [title for name, title in names.items() if bool(row[name])]
    if len(have) == len(names):
        return words("agreement.all")
    return words("agreement.only", plans=" + ".join(have))


def agreement_layers(answer: Consensus, words: Words, *, names: Mapping[str, str]) -> list[MapLayer]:
    """Draw land by how many plans have it.

    Parameters
    ----------
    answer : Consensus
    words : Words
    names : mapping of str to str
        Layer name to its title.

    Returns
    -------
    list of MapLayer
        One per number of plans, the most first, and one for redrawing, hidden at first.
    """
    lines = agreement_lines(answer, words, names=names)
    said = dict(zip(answer.rows["plans"], lines["plans"], strict=True))
    pieces = answer.pieces
    tips = [
        [said[plans], f"{words.number(area / 10_000, 2)} ha"]
        for plans, area in zip(pieces["plans"], pieces["area_m2"], strict=True)
    ]
    drawn = pieces.assign(tip=pd.Series(tips, index=pieces.index, dtype=object))
    real, many = drawn[~drawn["noise"]], len(names)
    groups = [
        (words("agreement.by_count", count=count), real[real["count"] == count], _shade(many - count))
        for count in range(many, 0, -1)
    ]
    groups.append((words("agreement.noise_ha"), drawn[drawn["noise"]], _NOISE))
    return [
        MapLayer(
            id=f"plans-{n}",
            title=f"{title}: {words.number(float(part['area_m2'].sum()) / 10_000, 2)} ha",
            group=words("group.answer"),
            order=_FIRST - n,
            frame=part,
            looks=[look],
            legend=[look.legend()],
            show=look is not _NOISE,
        )
        for n, (title, part, look) in enumerate(groups)
    ]


def _shade(lacking: int) -> Look:
    return Look(_SHADES[min(lacking, len(_SHADES) - 1)], "", "#08306b", 1.0, opacity=0.8)

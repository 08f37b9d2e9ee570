"""Figures of a search that make sense: what lies beyond is refused by name, whatever would come of it."""

from __future__ import annotations

import math
from typing import Final

from layers.errors import QuestionError

__all__ = ["WEIGHT_MOST", "check_buffer", "check_figure", "check_sizes"]

#: a strip wider than this is no neighbourhood any more
_BUFFER_MOST_M: Final = 50_000.0
#: weights count against one another: larger ones say no more
WEIGHT_MOST: Final = 1e6
_SIZE_MOST_HA: Final = 1e6
#: least and greatest value of each figure
_FIGURES: Final[dict[str, tuple[float, float]]] = {
    "cell_m": (0.1, 1_000),
    "min_width_m": (0, 10_000),
    "road_reach_m": (0, 20_000),
    "count": (1, 1_000),
    "draws": (1, 100_000),
    "top": (1, 1_000),
    "seed": (0, 2**63 - 1),
}
#: figures that no site could meet above 1
_SHARES: Final = ("min_compactness", "min_score", "weight_share", "parcel_tolerance")


def check_figure(name: str, value: float) -> None:
    """Refuse a figure that is no number, too small or too large (``figure_wrong``, ``figure_too_large``)."""
    if name in _SHARES:
        if not value >= 0 or math.isinf(value):
            raise QuestionError("figure_wrong", figure=name, found=value, expected=0)
        if value > 1:
            raise QuestionError("share_wrong", figure=name, found=value, expected=[0, 1])
        return
    least, most = _FIGURES[name]
    if not least <= value < math.inf:  # NaN is no figure
        raise QuestionError("figure_wrong", figure=name, found=value, expected=least)
    if value > most:
        raise QuestionError("figure_too_large", figure=name, found=value, expected=most)


def check_sizes(min_ha: float, max_ha: float) -> None:
    """Refuse sizes that are no numbers, not rising or beyond any zone (``size_wrong``)."""
    if not 0 < min_ha < max_ha <= _SIZE_MOST_HA:
        raise QuestionError("size_wrong", found=[min_ha, max_ha])


def check_buffer(distance_m: float) -> None:
    """Refuse a distance of the asker's own that is none (``distance_wrong``, ``distance_too_large``)."""
    if not 0 < distance_m < math.inf:
        raise QuestionError("distance_wrong", found=distance_m, expected=0.0)
    if distance_m > _BUFFER_MOST_M:
        raise QuestionError("distance_too_large", found=distance_m, expected=_BUFFER_MOST_M)

"""What is asked about absorbed land, and the rasters that may take the place of layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from layers.errors import QuestionError
from layers.landuse import ancestors
from layers.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from layers.grid import CellSource
    from layers.period import Period

__all__ = ["HOUSING", "INDUSTRIAL", "AbsorptionQuestion", "DatedRaster", "Scope", "is_class"]

Scope = Literal["everywhere", "planned", "within"]

#: residential land (đất ở) and the codes below it
HOUSING: Final = ("OTC",)
#: land of parks, clusters, export zones and single factories, of the lists of 2018 and 2024
INDUSTRIAL: Final = ("SCC", "SKK", "SKN", "SKT", "SKC")
#: a wider tolerance would call whole fields redrawing noise
_TOLERANCE_MOST_M: Final = 100.0
_SCOPES: Final = ("everywhere", "planned", "within")


@dataclass(frozen=True)
class AbsorptionQuestion:
    """What is asked about absorbed land: equal questions have equal answers.

    Parameters
    ----------
    on : datetime.date
        Day of the question: no state after it was observed.
    scope : {"planned", "everywhere", "within"}
        Whose land: that of the planned zones (and of the given land besides, where both are given), all
        land of the series, or the given land alone.
    subject : tuple of str
        Classes whose land is followed, those below them included (:data:`INDUSTRIAL` for land that is
        industrial now); empty for all land of the scope that isn't housing.
    housing : tuple of str
        Classes that absorb, those below them included.
    column : str
        Column with the class of each feature.
    ring_m : tuple of float
        Outer distances of the rings round each zone, metres on the ground.
    tolerance_m : float
        Changed land narrower than this is redrawing noise, see :mod:`spatial._noise`; 0 to 100. Rasters
        have no redrawn borders and take none.
    benchmark_ha_year : float, optional
        Pace to hold the observed one against, hectares a year over the whole scope.
    plans_count : bool
        True takes layers that are a plan, not a survey, for states that were reached.

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``, ``distance_wrong``, ``benchmark_wrong``, ``scope_unknown``,
        ``housing_missing`` or ``subject_is_housing``.

    Examples
    --------
    >>> from datetime import date
    >>> AbsorptionQuestion(date(2026, 6, 1), ring_m=(1000, 500)).ring_m
    (500.0, 1000.0)
    """

    on: date
    scope: Scope = "planned"
    subject: tuple[str, ...] = ()
    housing: tuple[str, ...] = HOUSING
    column: str = "code"
    ring_m: tuple[float, ...] = ()
    tolerance_m: float = 0.5
    benchmark_ha_year: float | None = None
    plans_count: bool = False

    def __post_init__(self) -> None:
        """Refuse what can't be answered, and put the rings in order."""
        if not 0 <= self.tolerance_m <= _TOLERANCE_MOST_M:  # NaN is in no range
            expected = [0, int(_TOLERANCE_MOST_M)]
            raise QuestionError("tolerance_out_of_range", found=self.tolerance_m, expected=expected)
        if self.scope not in _SCOPES:
            raise QuestionError("scope_unknown", found=self.scope, expected=list(_SCOPES))
        wrong = [m for m in self.ring_m if not (np.isfinite(m) and m > 0)]
        if wrong:
            raise QuestionError("distance_wrong", found=float(wrong[0]), expected=0.0)
        pace = self.benchmark_ha_year
        if pace is not None and not (np.isfinite(pace) and pace > 0):
            raise QuestionError("benchmark_wrong", found=float(pace))
        if not self.housing:
            raise QuestionError("housing_missing", expected=list(HOUSING))
        both = [code for code in self.subject if is_class(code, self.housing)]
        both += [code for code in self.housing if is_class(code, self.subject)]
        if both:
            raise QuestionError("subject_is_housing", found=sorted(set(both)))
        object.__setattr__(self, "ring_m", tuple(sorted({float(m) for m in self.ring_m})))


def is_class(code: str, wanted: Iterable[str]) -> bool:
    """Say whether a class is one of those wanted or lies below one in the official lists."""
    names = set(wanted)
    return code in names or not names.isdisjoint(ancestors(code))


@dataclass(frozen=True)
class DatedRaster:
    """Classes of land as cells, with the date they speak of.

    Parameters
    ----------
    cells : Raster or RasterSource
        Whole numbers in a projected CRS in metres; one on disk is read by windows.
    name : str
    period : Period, optional
        Years and stage; ``None`` where nobody said.
    provenance : Provenance

    Examples
    --------
    >>> from affine import Affine
    >>> from layers import Period, Raster, as_crs
    >>> cells = Raster(np.array([[1, 2]], np.uint8), Affine(100, 0, 0, 0, -100, 100), as_crs(5897))
    >>> str(DatedRaster(cells, "đất 1991", Period(1991, 1991, "surveyed")).period)
    '1991'
    """

    cells: CellSource
    name: str
    period: Period | None = None
    provenance: Provenance = field(default_factory=Provenance)

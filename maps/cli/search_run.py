"""``--save-run`` of a search: the options as a question to the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers import Workspace
from maps.candidate_question import CandidateQuestion
from maps.cli.keeping import entries_of
from maps.cli.search_criteria import kept_cells, named_cells
from maps.criteria import assumed_speeds, in_minutes, split_criterion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers import Layer
    from spatial.judgement import SiteQuestion
    from spatial.suitability import Criterion

__all__ = ["asked_speeds", "search_question"]

_FIGURES: Final = (
    *("min_ha", "max_ha", "craft_village", "cell_m", "min_width_m", "road_reach_m", "count", "seed"),
    *("min_compactness", "min_score", "follow", "parcel_tolerance"),
)


def search_question(
    given: dict[str, Any],
    wanted: SiteQuestion,
    area: Layer,
    scored: tuple[Sequence[Criterion], Mapping[tuple[str, str], float]],
    *,
    speeds: Mapping[str, float],
) -> CandidateQuestion:
    """Ask the same of the workspace; rasters from files are put down there.

    Parameters
    ----------
    given : dict
        Options of the command.
    wanted : SiteQuestion
    area : Layer
    scored : (sequence of Criterion, mapping)
        Criteria in the order of the options, and comparisons two by two.
    speeds : mapping of str to float
        km/h by class of road, as the options state them.

    Returns
    -------
    CandidateQuestion
    """
    criteria, comparisons = scored
    rule, base = wanted.exclusion, Workspace(given["workspace"])
    (place,) = entries_of(given, [given["area"]])
    named = entries_of(given, [*given["constraint"], *given["also"]])
    parcels = [wanted.follow] if wanted.follow and wanted.follow not in dict(named) else []
    facts: dict[str, Any] = {name: getattr(wanted, name) for name in _FIGURES}
    facts |= {name: tuple(getattr(rule, name)) for name in ("allow", "avoid", "waive", "order")}
    measured = _measured(given, criteria, base)
    return CandidateQuestion(
        str(given["workspace"]),
        place,
        tuple(area.frame["name"].astype(str)) if given["communes"] else (),
        entries_of(given, given["constraint"]),
        entries_of(given, [*given["also"], *parcels]),
        zone_kind=rule.zone_kind,
        on=rule.on,
        **facts,
        **measured,
        buffers=tuple((rule.buffers_m or {}).items()),
        choose=tuple((kind, one) for kind, rules in (rule.choose or {}).items() for one in rules),
        compared=tuple((one, two, times) for (one, two), times in comparisons.items()),
        industry=given["industry"],
        speeds=asked_speeds([name for name, *_ in measured["criteria"]], speeds),
    )


def asked_speeds(names: list[str], speeds: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return speeds as the page asks them, so that one question has one key.

    Parameters
    ----------
    names : list of str
        Of the criteria on layers.
    speeds : mapping of str to float
        km/h by class of road.

    Returns
    -------
    tuple of (str, float)
        Those that differ from the assumed ones, in the order of the table; none where no criterion is
        measured in minutes.

    Examples
    --------
    >>> asked_speeds(["port_travel_min"], {"local": 20.0, "national": 60.0, "other": 25.0})
    (('national', 60.0), ('local', 20.0))
    """
    if not any(map(in_minutes, names)):
        return ()
    usual = assumed_speeds()
    order = [*usual, *sorted(set(speeds) - set(usual))]
    return tuple((name, speeds[name]) for name in order if name in speeds and speeds[name] != usual.get(name))


def _measured(given: dict[str, Any], criteria: Sequence[Criterion], base: Workspace) -> dict[str, Any]:
    """Criteria on layers, and those on rasters."""
    vectors, rasters = [], []
    for text, one in zip(given["criterion"], criteria, strict=True):
        cells = named_cells(text, base)
        figures = (float(one.weight), str(one.function))
        if cells is not None:
            rasters.append((one.name, kept_cells(cells, one.name, base), *figures))
        else:
            (entry,) = entries_of(given, [split_criterion(text)[1]])
            vectors.append((one.name, *entry, *figures))
    return {"criteria": tuple(vectors), "rasters": tuple(rasters)}

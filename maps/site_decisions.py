"""Decisions about sites as plain values: read from a table, kept with a run, carried to the next run."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from layers.causes import Cause, cause_of
from layers.crs import as_crs
from layers.errors import QuestionError, SourceError
from layers.names import fold
from maps.tables import records
from spatial.decisions import decided
from spatial.search_comparison import SearchFacts, carried_decisions, search_facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from maps.runs import Run
    from spatial.candidates import CandidateAnswer

__all__ = [
    "carried",
    "decisions_frame",
    "kept_search",
    "plain_decisions",
    "read_decisions",
    "read_search",
    "search_extra",
    "with_decisions",
]

_NEEDED: Final = ("site", "decision")
_COLUMNS: Final = ("decision", "reason")
#: ways of writing a decision, in both languages, without case or accents
_WRITTEN: Final = {
    **dict.fromkeys(("ticked", "tick", "chon", "giu", "x"), "ticked"),
    **dict.fromkeys(("dropped", "drop", "loai", "bo"), "dropped"),
    **dict.fromkeys(("open", "", "chua quyet dinh"), "open"),
}
#: what of a judged site is kept with a run
_JUDGED: Final = (
    *("rank", "score", "rank_low", "rank_high", "area_ha", "excluded_ha", "rice_ha", "commune"),
    *("compactness", "width_m"),
)


def decisions_frame(plain: Mapping[str, Mapping[str, Any]], crs: Any) -> gpd.GeoDataFrame:
    """Make the frame that :func:`spatial.decisions.decided` takes.

    Parameters
    ----------
    plain : mapping of str to mapping
        Site to ``decision``, ``reason`` and ``boundary`` (geometry as in GeoJSON, None where not redrawn).
    crs : pyproj.CRS or int
        System of the boundaries.

    Returns
    -------
    geopandas.GeoDataFrame

    Examples
    --------
    >>> frame = decisions_frame({"S01": {"decision": "dropped", "reason": "ngập"}}, 5897)
    >>> frame[["decision", "reason"]].loc["S01"].tolist()
    ['dropped', 'ngập']
    """
    shapes: Any = [shapely.geometry.shape(row["boundary"]) if row.get("boundary") else None
              for row in plain.values()]  # fmt: skip
    facts = {name: [str(row.get(name) or "") for row in plain.values()] for name in _COLUMNS}
    index = pd.Index([str(site) for site in plain], name="site", dtype=object)
    return gpd.GeoDataFrame(facts, geometry=shapes, index=index, crs=crs)


def plain_decisions(decisions: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    """Turn decisions into plain values; every coordinate comes back as it was.

    Parameters
    ----------
    decisions : geopandas.GeoDataFrame

    Returns
    -------
    dict of str to dict
        ``decision, reason, boundary`` by site.

    Examples
    --------
    >>> plain = {"S01": {"decision": "ticked", "reason": "", "boundary": None}}
    >>> plain_decisions(decisions_frame(plain, 5897)) == plain
    True
    """
    out = {}
    for site, row in zip(decisions.index, decisions.to_dict("records"), strict=True):
        shape = row[str(decisions.geometry.name)]
        drawn = shape is not None and not shape.is_empty
        kept = json.loads(json.dumps(shapely.geometry.mapping(shape))) if drawn else None
        out[str(site)] = {**{name: row[name] for name in _COLUMNS}, "boundary": kept}
    return out


def read_decisions(path: Path, crs: Any) -> gpd.GeoDataFrame:
    """Read decisions from a table.

    Parameters
    ----------
    path : pathlib.Path
        CSV (comma or semicolon) with the columns ``site, decision`` and perhaps ``reason, boundary``; or
        JSON: a list of such objects, or an object by site. A decision is *ticked, dropped* or *open*, *chọn*
        or *loại* as well. A boundary is WKT, in JSON also a geometry of GeoJSON: x east, y north.
    crs : pyproj.CRS or int
        System of the boundaries: that of the answer.

    Returns
    -------
    geopandas.GeoDataFrame

    Raises
    ------
    SourceError
        ``decisions_unreadable``, ``decision_columns``, ``decision_boundary``.
    QuestionError
        ``decision_twice`` where JSON has a site twice.
    """
    try:
        rows = _json_rows(path) if path.suffix.lower() == ".json" else _csv_rows(path)
        missing = [name for name in _NEEDED if any(name not in row for row in rows)]
        if missing:
            found = sorted({str(name) for row in rows for name in row})
            raise SourceError("decision_columns", path=str(path), expected=missing, found=found)
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError("decisions_unreadable", path=str(path), found=cause_of(error)) from error
    except TypeError as error:  # JSON of another form
        damaged = Cause("content_damaged")
        raise SourceError("decisions_unreadable", path=str(path), found=damaged) from error
    shapes: Any = [_boundary(row, path) for row in rows]
    written = [str(row["decision"] or "").strip() for row in rows]
    facts = {
        "decision": [_WRITTEN.get(fold(text), text) for text in written],
        "reason": [str(row.get("reason") or "").strip() for row in rows],
    }
    index = pd.Index([str(row["site"]).strip() for row in rows], name="site", dtype=object)
    return gpd.GeoDataFrame(facts, geometry=shapes, index=index, crs=crs)


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        head = handle.readline()
    mark = ";" if head.count(";") > head.count(",") else ","
    table = pd.read_csv(
        path, dtype=str, keep_default_na=False, sep=mark, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL
    )
    table.columns = [str(name).strip().lower() for name in table.columns]
    for name in _NEEDED:
        if name not in table:
            found = list(table.columns)
            raise SourceError("decision_columns", path=str(path), expected=[name], found=found)
    # an export puts an apostrophe before text that a spreadsheet would take for a formula
    return records(table.replace(r"^'(?=[=+\-@\t\r])", "", regex=True))


def _json_rows(path: Path) -> list[dict[str, Any]]:
    given = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_each_once)
    if isinstance(given, dict):
        # what the terminal wrote has its decisions under that name
        listed = given.get("decisions", given)
        if isinstance(listed, dict):
            return [{"site": site, **row} for site, row in listed.items()]
        given = listed
    return [dict(row) for row in given]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a second value of one name: JSON would forget the first without a sound."""
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _ in pairs]
        raise QuestionError("decision_twice", found=next(name for name in names if names.count(name) > 1))
    return out


def _boundary(row: Mapping[str, Any], path: Path) -> Any:
    given = row.get("boundary")
    if not given:
        return None
    try:
        plain = isinstance(given, dict)
        shape = shapely.geometry.shape(given) if plain else shapely.from_wkt(str(given).strip())
    except (ValueError, TypeError, AttributeError, LookupError, shapely.errors.ShapelyError):
        shape = None
    # an empty shape is no boundary, and nothing says that none was meant
    if shape is None or shape.is_empty:
        raise SourceError("decision_boundary", path=str(path), site=str(row["site"]))
    return shape


def with_decisions(answer: CandidateAnswer, run: Run | None) -> CandidateAnswer:
    """Note the decisions that a run keeps on the answer to its question.

    Parameters
    ----------
    answer : CandidateAnswer
        To the question of the run, of the same versions of its layers.
    run : Run or None

    Returns
    -------
    CandidateAnswer
        As it is where nothing was decided.

    Raises
    ------
    ThoCongError
        As :func:`spatial.decisions.decided`.
    """
    plain = run.extra.get("decisions") if run else None
    return decided(answer, decisions_frame(plain, answer.sites.crs)) if plain else answer


def search_extra(answer: CandidateAnswer, decisions: gpd.GeoDataFrame | None = None) -> dict[str, Any]:
    """What a run keeps of a search besides its question: decisions, judged sites, what it is compared by.

    Parameters
    ----------
    answer : CandidateAnswer
        With its decisions, where there are any.
    decisions : geopandas.GeoDataFrame, optional
        As they were given.

    Returns
    -------
    dict
        ``decisions``; ``sites`` (what was judged of each, with the boundary as found and as it is now);
        ``exclusions, area_ha, left_ha, facts``.
    """
    found, sites = search_facts(answer), answer.sites
    first = answer.decisions.found if answer.decisions is not None else sites
    judged = [
        {
            "site": str(site),
            **{name: row[name] for name in _JUDGED},
            "boundary": _plain_shape(sites.geometry[site]),
            "found": _plain_shape(first.geometry[site]),
        }
        for site, row in zip(
            sites.index, records(pd.DataFrame(sites).reindex(columns=list(_JUDGED))), strict=True
        )
    ]
    crs: Any = answer.exclusions.area.crs
    return {
        "decisions": plain_decisions(decisions) if decisions is not None else {},
        "sites": judged,
        "exclusions": records(found.exclusions),
        "area_ha": found.area_ha,
        "left_ha": found.left_ha,
        "facts": json.loads(json.dumps(found.run, default=str)),
        "crs": crs.to_wkt(),
    }


def _plain_shape(shape: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(shapely.geometry.mapping(shape)))
    return plain


def kept_search(extra: Mapping[str, Any], *, found: bool = False) -> SearchFacts | None:
    """Read back what a search is compared by: from a run, or from what the terminal wrote as JSON.

    Parameters
    ----------
    extra : mapping
        From :func:`search_extra` or :func:`maps.candidate_contract.contract`.
    found : bool
        True for the boundaries as the search formed them, before anything was drawn.

    Returns
    -------
    SearchFacts or None
        None where it isn't kept.

    Raises
    ------
    SourceError
        ``search_unreadable``.
    """
    if "sites" not in extra or "left_ha" not in extra:
        return None
    try:
        return _facts(extra, "found" if found else "boundary")
    except (LookupError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise SourceError("search_unreadable", found=Cause("content_damaged")) from error


def read_search(path: Path) -> SearchFacts:
    """Read a search from a file that ``thocong candidates --json`` wrote.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    SearchFacts

    Raises
    ------
    SourceError
        ``source_unreadable``, ``search_unreadable``.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError("source_unreadable", path=str(path), found=cause_of(error)) from error
    found = kept_search(given) if isinstance(given, dict) else None
    if found is None:
        raise SourceError("search_unreadable", found=path.name)
    return found


def _facts(extra: Mapping[str, Any], which: str) -> SearchFacts:
    sites, run = extra["sites"], dict(extra.get("facts") or extra["run"])
    area = extra["area_ha"] if "area_ha" in extra else extra["area_of_search_ha"]
    crs = as_crs(extra.get("crs") or run["crs"])
    figures = {name: [float(row[name]) for row in sites] for name in ("rank", "score", "area_ha")}
    shapes: Any = [shapely.geometry.shape(row.get(which) or row["geometry"]) for row in sites]
    names = [str(row.get("site") or row["id"]) for row in sites]
    frame = gpd.GeoDataFrame(figures, geometry=shapes, index=pd.Index(names, dtype=object), crs=crs)
    rows = pd.DataFrame(extra["exclusions"], columns=["constraint", "alone_ha", "added_ha"])
    rows[["alone_ha", "added_ha"]] = rows[["alone_ha", "added_ha"]].astype(float)
    return SearchFacts(frame, rows, float(area), float(extra["left_ha"]), run)


def carried(run: Run, answer: CandidateAnswer) -> tuple[CandidateAnswer, gpd.GeoDataFrame, pd.DataFrame]:
    """Carry the decisions of a run over to a search that was asked again.

    Parameters
    ----------
    run : Run
        With decisions in its ``extra``.
    answer : CandidateAnswer
        Of the later search.

    Returns
    -------
    answer : CandidateAnswer
        With the decisions whose sites are there again.
    decisions : geopandas.GeoDataFrame
        Those, under the new names.
    matches : pandas.DataFrame
        From :func:`spatial.search_comparison.carried_decisions`: how each was matched, and what vanished.
    """
    crs = answer.exclusions.area.crs
    given = decisions_frame(run.extra.get("decisions") or {}, crs)
    before = kept_search(run.extra, found=True)
    sites = before.sites if before is not None else answer.sites.iloc[:0]
    kept, matches = carried_decisions(given, sites, answer.sites)
    return (decided(answer, kept) if len(kept) else answer), kept, matches

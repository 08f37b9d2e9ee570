"""Tables of a search for sites, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from maps.columns import Column, as_text, headed
from maps.constraint_words import layered_kind, rule_said
from maps.rule_tables import citation
from maps.site_rules import metric_name, requirement
from maps.tables import clause_of, land_name, records

if TYPE_CHECKING:
    import geopandas as gpd

    from maps.words import Words
    from spatial.candidates import CandidateAnswer
    from spatial.exclusions import ExclusionAnswer

__all__ = [
    "boundary_table",
    "breakdown_table",
    "checks_table",
    "closing_line",
    "communes_table",
    "constraint_name",
    "criterion_name",
    "exclusion_table",
    "land_table",
    "printed_tables",
    "site_table",
]

_SECTION: Final = "site_column"
_SITE: Final = (
    *("rank", "score", "rank_low", "rank_high", "top_share", "topsis_rank", "area_ha", "commune"),
    *("rice_ha", "excluded_ha", "compactness", "width_m", "perimeter_m"),
)
_CHECKED: Final = (
    *("site", "metric", "requirement", "found", "state", "why", "numerator", "denominator", "exception"),
    *("clause", "validity", "confidence", "rule"),
)
_EXCLUDED: Final = ("constraint", "applied", "alone_ha", "added_ha", "left_ha", "why", "clause")


def closing_line(found: ExclusionAnswer, words: Words) -> str:
    """Say that what was taken and what is left make up the area of search, hectares as in the table.

    Parameters
    ----------
    found : ExclusionAnswer
    words : Words

    Returns
    -------
    str
    """
    area, left = words.number(found.area_ha, 2), words.number(found.left_ha, 2)
    return words("site_export.closing", area_ha=area, left_ha=left)


def constraint_name(row: dict[str, Any], words: Words) -> str:
    """Name a constraint for people.

    Parameters
    ----------
    row : dict
        Of ``ExclusionAnswer.rows``.
    words : Words

    Returns
    -------
    str
    """
    if not row["kind"]:
        return rule_said(str(row["rule"] or row["constraint"]), words)
    kind = _layered(row, words)
    code = f": {land_name(row['code'], words)}" if row["code"] else ""
    if row["tier"] == "no_data":
        return words("site_tier.no_data_of", name=f"{kind}{code}")
    if math.isfinite(row["required_m"]):
        near = {"name": kind, "required_m": float(row["required_m"])}
        if not row["rule"]:
            return words("site_tier.within_own", **near)
        return words("site_tier.within", **near, rule=rule_said(row["rule"], words))
    if row["tier"] == "distance" and row["rule"]:
        return f"{kind}: {rule_said(row['rule'], words)}"
    own = f" ({words('site_why.own_choice')})" if row["why"] == "own_choice" else ""
    return f"{kind}{code}{own}"


def criterion_name(name: str, words: Words) -> str:
    """Name a criterion for people; one that the table doesn't have keeps its name.

    Parameters
    ----------
    name : str
    words : Words

    Returns
    -------
    str
    """
    return words(f"criterion.{name}") if words.has(f"criterion.{name}") else name


def _layered(row: dict[str, Any], words: Words) -> str:
    """Kind of a constraint; where several layers are of it, the layer."""
    layer = str(row.get("layer") or "")
    several = str(row["constraint"]).endswith(f" ({layer})")
    return layered_kind(str(row["kind"]), layer if several else "", words)


def exclusion_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Constraints as a waterfall, those that take nothing with the reason.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        Index of the rows of the exclusions, headed in words.
    """
    rows = answer.exclusions.rows
    out = []
    for row in records(rows):
        facts = {"needs": row["needs"], "province": row["province"]}
        why = words(f"site_why.{row['why']}", **facts) if row["why"] else ""
        out.append(
            {
                "constraint": constraint_name(row, words),
                "tier": words(f"site_tier.{row['tier']}"),
                "applied": words(f"site_applied.{_applied(row)}"),
                "alone_ha": row["alone_ha"],
                "added_ha": row["added_ha"],
                "left_ha": row["left_ha"],
                "why": why,
                "clause": clause_of(row, words),
                "validity": words.validity(row["valid_from"], row["valid_to"]) if row["rule"] else "",
                "confidence": words(f"confidence.{row['confidence']}") if row["confidence"] else "",
                "layer": row["layer"],
                "rule": row["rule"],
            }
        )
    columns = [*_EXCLUDED[:2], "tier", *_EXCLUDED[2:], "validity", "confidence", "layer", "rule"]
    return headed(pd.DataFrame(out, index=rows.index, columns=columns), words, section=_SECTION)


def _applied(row: dict[str, Any]) -> str:
    return "line_only" if row["why"] == "no_area" else "yes" if row["applied"] else "no"


def site_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Ranked sites.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        Headed in words; the site is a column.
    """
    sites = answer.sites
    table = pd.DataFrame(sites.drop(columns="geometry")).reindex(columns=list(_SITE))
    table.insert(0, "site", [str(site) for site in sites.index])
    return headed(table.reset_index(drop=True), words, section=_SECTION)


def breakdown_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Score of each site by criterion.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    rows = _of(answer, "breakdown")
    rows = rows.assign(criterion=[criterion_name(str(name), words) for name in rows["criterion"]])
    return headed(rows, words, section=_SECTION)


def land_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Land of each site by code, with the permission that it needs.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    rows = _of(answer, "land").drop(columns=["group", "rice"], errors="ignore")
    rows = rows.assign(
        permission=[words(f"site_permission.{name}") for name in rows["permission"]],
        name=[land_name(str(code), words) if code else "" for code in rows["code"]],
        clause=[citation(str(clause), words) for clause in rows["clause"]],
    )
    return headed(rows, words, section=_SECTION)


def communes_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Communes that each site lies in.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    rows = _of(answer, "communes")
    lead = [words(f"value.{'true' if is_lead else 'false'}") for is_lead in rows["lead"]]
    return headed(rows.assign(lead=lead), words, section=_SECTION)


def checks_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Rules for founding a zone: passed, failed, without data.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    rows = _of(answer, "checks")
    rows = rows.assign(
        state=[words(f"site_check.{state}") for state in rows["state"]],
        metric=[metric_name(str(name), words) for name in rows["metric"]],
        why=[_check_why(row, words) for row in records(rows)],
        requirement=[requirement(row, words) for row in records(rows)],
        exception=rows["exception_vi"] if words.lang == "vi" else rows["exception"],
        validity=[words.validity(a, b) for a, b in zip(rows["valid_from"], rows["valid_to"], strict=True)],
        confidence=[words(f"confidence.{name}") for name in rows["confidence"]],
        clause=[citation(str(clause), words) for clause in rows["clause"]],
    )
    return headed(rows[list(_CHECKED)], words, section=_SECTION)


def _check_why(row: dict[str, Any], words: Words) -> str:
    return words(f"site_check_why.{row['why']}", province=row["province"]) if row["why"] else ""


def boundary_table(sites: gpd.GeoDataFrame, words: Words) -> pd.DataFrame:
    """Corners of every boundary as Vietnamese tables print them: X north, Y east, decimal comma.

    Parameters
    ----------
    sites : geopandas.GeoDataFrame
        Polygons in a projected CRS in metres, index of the sites.
    words : Words

    Returns
    -------
    pandas.DataFrame
        Columns site, ring (1 the outer one), point, X, Y, headed in words; the first point of each ring
        again at its end; coordinates to the millimetre as text.
    """
    out = []
    for site, shape in sites.geometry.items():
        for n, ring in enumerate(shapely.get_rings(shape), start=1):
            corners = shapely.get_coordinates(ring)
            last = len(corners) - 1
            out += [
                (str(site), n, 1 if k == last else k + 1, _metres(north), _metres(east))
                for k, (east, north) in enumerate(corners)
            ]
    columns = ["site", "ring", "point", "x_north", "y_east"]
    return headed(pd.DataFrame(out, columns=columns), words, section=_SECTION)


def _metres(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")


_EMPTY: Final = {
    "breakdown": ["site", "criterion", "value", "weight", "points"],
    "land": ["site", "code", "area_ha", "share_pct", "permission", "rule", "clause"],
    "communes": ["site", "commune", "area_ha", "share_pct", "lead"],
    "checks": [
        *("site", "rule", "metric", "state", "why", "clause", "exception", "exception_vi", "found"),
        *("numerator", "denominator", "valid_from", "valid_to", "confidence", "province"),
    ],
}


def _of(answer: CandidateAnswer, name: str) -> pd.DataFrame:
    if answer.judgement is None:
        return pd.DataFrame(columns=_EMPTY[name])
    table: pd.DataFrame = getattr(answer.judgement, name)
    return table


def printed_tables(answer: CandidateAnswer, words: Words) -> list[str]:
    """Waterfall and sites for a terminal.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    list of str
    """
    ha = {"alone_ha": 2, "added_ha": 2, "left_ha": 2}
    columns = [Column(name, _SECTION, digits=ha.get(name)) for name in _EXCLUDED]
    shown = answer.exclusions.rows["applied"].to_numpy(dtype=bool)
    out = [as_text(exclusion_table(answer, words)[shown], columns, words)]
    if len(answer.sites):
        digits = {"score": 3, "area_ha": 2, "rice_ha": 2}
        names = ("site", *_SITE[:4], *_SITE[6:9])
        out.append(
            as_text(
                site_table(answer, words), [Column(n, _SECTION, digits=digits.get(n)) for n in names], words
            )
        )
    return out

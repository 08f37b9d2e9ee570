"""The waterfall of a search for sites: from the area of search down to what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.candidate_tables import constraint_name
from maps.tables import land_name, records

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["TIER_COLOURS", "waterfall_chart"]

#: colour of each tier of constraints, in the chart and on the cards
TIER_COLOURS: Final = {
    "blocks": "#b42318",
    "distance": "#d9480f",
    "consent": "#e8a33d",
    "chosen": "#8b5cf6",
    "own": "#7c8aa0",
    "no_data": "#a1a1aa",
    "small": "#cbd5e1",
    "left": "#1a7f4b",
}
_ROW_PX: Final = 22
#: two rows at most on a narrow screen
_LEGEND: Final = {"orient": "top", "title": None, "columns": 4, "labelLimit": 220}
#: half a label of the axis stands out beyond the last bar
_LABEL_PX: Final = 26
#: shares below this are put together in one bar, in the place of the first of them
_SMALL: Final = 0.002


def waterfall_chart(answer: CandidateAnswer, words: Words) -> dict[str, Any]:
    """Draw what each constraint takes that none before it took.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    dict
        A specification of Vega-Lite; the bars begin where the one above ends and end at what is left.
    """
    bars = _bars(answer, words)
    tiers = [tier for tier in TIER_COLOURS if any(bar["kind"] == tier for bar in bars)]
    named = {tier: words(f"site_tier.{tier}") for tier in tiers}
    for bar in bars:
        bar["tier"] = named[str(bar["kind"])]
    number = "format(datum.value, ',.0f')"
    mark = f"replace({number}, regexp(',', 'g'), '.')" if words.lang == "vi" else number
    axis, legend = {"labelLimit": 300, "labelOverlap": False, "title": None}, _LEGEND
    left = words("site_column.left_ha")
    colour = {"domain": list(named.values()), "range": [TIER_COLOURS[tier] for tier in tiers]}
    return {
        "data": {"values": bars},
        "height": _ROW_PX * len(bars) + 20,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 5, "right": _LABEL_PX, "top": 5, "bottom": 5},
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "axis": axis},
            "x": {"field": "to", "type": "quantitative", "title": left, "axis": {"labelExpr": mark}},
            "x2": {"field": "from"},
            "color": {"field": "tier", "type": "nominal", "scale": colour, "legend": legend},
            "tooltip": [{"field": "name", "title": words("site_column.constraint")},
                        {"field": "said", "title": words("site_column.added_ha")}],
        },
    }  # fmt: skip


def _bars(answer: CandidateAnswer, words: Words) -> list[dict[str, Any]]:
    found = answer.exclusions
    taking = records(found.rows[found.rows["applied"].astype(bool) & (found.rows["added_ha"] > 0)])
    large = [row for row in taking if row["added_ha"] >= _SMALL * found.area_ha]
    bars, at = [], found.area_ha
    for row in large:
        of_land = row["code"] and row["tier"] != "no_data"
        name = land_name(row["code"], words) if of_land else constraint_name(row, words)
        bars.append(_bar(name, row["tier"], (at, at - row["added_ha"]), words))
        at -= row["added_ha"]
    rest = at - found.left_ha
    if rest > 0 and len(large) < len(taking):
        count = len(taking) - len(large)
        bars.append(_bar(words("candidate_ask.small_ones", count=count), "small", (at, found.left_ha), words))
    return [*bars, _bar(words("site_column.left_ha"), "left", (found.left_ha, 0.0), words)]


def _bar(name: str, kind: str, ends: tuple[float, float], words: Words) -> dict[str, Any]:
    start, end = ends
    return {"name": name, "kind": kind, "from": start, "to": end, "said": words.number(start - end, 2)}

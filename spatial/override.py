"""Changing an answer: only with a reason, and the reason stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.errors import QuestionError
from spatial._totals import zone_totals
from spatial.rules import STATES

if TYPE_CHECKING:
    from spatial.conflicts import ConflictAnswer

__all__ = ["override"]


def override(
    answer: ConflictAnswer, row: int, *, state: str, reason: str, by: str = "", at: str = ""
) -> ConflictAnswer:
    """Change the state of one row, with a reason that stays on the record.

    Parameters
    ----------
    answer : ConflictAnswer
    row : int
        Index of the row.
    state : {"blocks", "needs_consent", "clear", "no_data"}
    reason : str
        Why; must not be empty.
    by : str
        Who.
    at : str
        When, ISO 8601.

    Returns
    -------
    ConflictAnswer
        Row with the new state, the state found by the rules in ``state_found``, the reason and who
        gave it; totals reckoned again.

    Raises
    ------
    QuestionError
        ``override_without_reason``, ``state_unknown`` or ``row_unknown``.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import box
    >>> import geopandas as gpd
    >>> from layers import Layer, reference
    >>> from spatial.conflicts import conflicts
    >>> square = lambda *b: gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(*b)], crs=5897)
    >>> zone = Layer(square(0, 0, 1000, 1000), "kcn", "industrial_park")
    >>> belt = Layer(square(0, 0, 1000, 100), "belt", "green_belt", extent=box(0, 0, 2000, 2000))
    >>> rules = reference.table("conflict_rules")
    >>> answer = conflicts(zone, [belt], rules=rules, on=date(2026, 6, 1))
    >>> agreed = override(answer, 0, state="clear", reason="Văn bản đồng ý số 12")
    >>> agreed.rows.loc[0, ["state_found", "state"]].tolist(), agreed.totals["hit_ha"].tolist()
    (['needs_consent', 'clear'], [0.0])
    """
    if row not in answer.rows.index:
        raise QuestionError("row_unknown", found=row, expected=len(answer.rows))
    if not reason.strip():
        facts = answer.rows.loc[row]
        raise QuestionError("override_without_reason", zone=facts["zone"], constraint=facts["constraint"])
    if state not in STATES:
        raise QuestionError("state_unknown", found=state, expected=list(STATES))
    rows = answer.rows.copy()
    rows.loc[row, ["state", "reason", "by", "at"]] = [state, reason.strip(), by, at]
    pieces = answer.pieces.copy()
    one = rows.loc[row]
    mine = (
        (pieces["zone"] == one["zone"]) & (pieces["layer"] == one["layer"]) & (pieces["part"] == one["part"])
    )
    mine &= pieces["state_found"] == one["state_found"]
    pieces.loc[mine & ~pieces["noise"], "state"] = state
    return replace(answer, rows=rows, pieces=pieces, totals=zone_totals(answer.zones, pieces))

"""The distance table as rules: of which kinds they speak, on what they depend, and what they may do.

Rests on three tables of ``data/reference``: ``safety_distances`` (the law, row by row),
``distance_targets`` (which kinds of layers a row speaks of) and ``distance_conditions`` (which columns of
a layer decide whether a row applies to a feature).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers import reference
from layers.errors import QuestionError
from layers.names import fold
from layers.provinces import rule_provinces

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["APPLIES", "EXCLUDED", "FACTS", "OPEN", "DistanceBook", "DistanceRule"]

#: what the data say of a rule and a feature
APPLIES, OPEN, EXCLUDED = 1, 0, -1
_YES_NO = frozenset({"true", "yes", "co", "1", "false", "no", "khong", "0"})
#: a chosen row may be one that gives no verdict, but never one of these
_REFUSED = ("gap", "do_not_use")


@dataclass(frozen=True)
class Condition:
    """One test on a column of the layer that a rule belongs to."""

    field: str
    operator: str
    value: str
    #: words that the table knows for the field: another word decides nothing
    vocabulary: frozenset[str] = frozenset()

    def holds(self, frame: gpd.GeoDataFrame) -> NDArray[np.int8]:
        """Say for each feature whether the test holds, fails, or can't be made."""
        if self.field not in frame:
            return np.full(len(frame), OPEN, dtype=np.int8)
        given = frame[self.field]
        if self.operator == "in":
            spelled = {value: _plain(value) for value in given.dropna().unique()}
            words = pd.Series([spelled.get(value, "") for value in given], index=given.index, dtype=object)
            known = words.isin(self.vocabulary)
            right = words.isin(self.value.split())
        else:
            number = pd.to_numeric(given, errors="coerce")
            known = number.notna()
            right = getattr(number, self.operator)(float(self.value))
        out = np.where(right.to_numpy(dtype=bool), APPLIES, EXCLUDED)
        return np.where(known.to_numpy(dtype=bool), out, OPEN).astype(np.int8)


def _plain(value: object) -> str:
    """Write a value of a column as the table does: ``Cấp III`` as ``iii``, ``1.0`` as ``1``."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    folded = fold(text).removeprefix("cap ").removeprefix("grade ")
    return "_".join(folded.replace("-", " ").replace("_", " ").split())


@dataclass(frozen=True)
class DistanceRule:
    """One row of the distance table, ready to be asked.

    ``standing`` is *judges* for a row that may give a verdict, *preset* for figures that are not law,
    else why it may not: *gap, do_not_use, history, uncertain, check, expired, not_yet, confidence,
    no_figure*.
    """

    id: str
    feature_type: str
    kinds: frozenset[str]
    target_kinds: frozenset[str]
    enters: str
    conditions: tuple[Condition, ...]
    required_m: float
    standing: str
    facts: Mapping[str, str]
    #: codes of the provinces whose land it judges; none for a rule of the whole country
    provinces: frozenset[str] = frozenset()

    def holds(self, frame: gpd.GeoDataFrame) -> NDArray[np.int8]:
        """Say for each feature of the rule's own layer whether the rule applies."""
        out = np.full(len(frame), APPLIES, dtype=np.int8)
        for condition in self.conditions:
            out = np.minimum(out, condition.holds(frame))
        return out


#: what every row of an answer carries over from the tables
FACTS = (
    *("feature_type", "distance_kind", "distance_text", "measured_from", "measured_to", "force", "status"),
    *("valid_from", "valid_to", "validity_basis", "confidence", "note"),
    *("label_vi", "label_en", "clause_vi", "clause_en", "from_vi", "to_vi", "note_vi", "province"),
)


class DistanceBook:
    """The distance rules as they stand on a day."""

    def __init__(self, table: pd.DataFrame, on: date) -> None:
        targets = reference.table("distance_targets").drop(
            columns=["valid_from", "valid_to", "validity_basis", "source", "confidence", "note"]
        )
        joined = table.join(targets.drop(columns="confidence_note"), how="left").fillna("")
        conditions: dict[str, list[Condition]] = {}
        tests = reference.table("distance_conditions")
        worded = tests[tests["operator"] == "in"].groupby("field")["value"].agg(" ".join)
        known = {str(field): _YES_NO.union(text.split()) for field, text in worded.items()}
        for rule, field, operator, value in tests[["rule", "field", "operator", "value"]].to_numpy().tolist():
            condition = Condition(field, operator, value, known.get(field, frozenset()))
            conditions.setdefault(rule, []).append(condition)
        valid = set(reference.in_force(table, on).index)
        self.rules = {
            str(key): _rule(
                str(key), row, tuple(conditions.get(str(key), ())), valid=key in valid, day=on.isoformat()
            )
            for key, row in joined.to_dict("index").items()
        }

    def choose(self, rule: str) -> DistanceRule:
        """Look up a rule that somebody chose; refuse one that must not be used."""
        found = self.rules.get(rule)
        if found is None:
            raise QuestionError("distance_rule_unknown", found=rule, expected=list(self.rules))
        if found.enters == "never" or found.facts["force"] in _REFUSED:
            why = found.facts["note_vi"] or found.facts["note"] or found.facts["status"]
            raise QuestionError("distance_rule_refused", found=rule, status=found.facts["status"], why=why)
        return found

    def between(self, own: str, other: str, chosen: frozenset[str]) -> list[DistanceRule]:
        """Rules that belong to one kind and speak of another.

        Of rows of one feature type those valid on the day; where none is, the ones that were valid last,
        so that the reader sees what ran out. Rows that nobody chose give way to chosen ones of the
        same feature type.
        """
        speaking = [r for r in self.rules.values() if own in r.kinds and other in r.target_kinds]
        groups: dict[str, list[DistanceRule]] = {}
        for rule in speaking:
            groups.setdefault(rule.feature_type, []).append(rule)
        out = []
        for group in groups.values():
            mine = [r for r in group if r.id in chosen]
            out += mine or _standing([r for r in group if r.enters == "always"])
        return out

    def target_kinds(self, own: str) -> set[str]:
        """Kinds that the table asks about for a kind, whichever of the two a row belongs to."""
        entering = [r for r in self.rules.values() if r.enters == "always"]
        out = {kind for r in entering if own in r.kinds for kind in r.target_kinds}
        return out | {kind for r in entering if own in r.target_kinds for kind in r.kinds}


def _standing(group: list[DistanceRule]) -> list[DistanceRule]:
    valid = [r for r in group if r.standing not in ("expired", "not_yet")]
    if valid:
        return valid
    expired = [r for r in group if r.standing == "expired"]
    last = max((r.facts["valid_to"] for r in expired), default="")
    return [r for r in expired if r.facts["valid_to"] == last]


def _rule(
    key: str, row: Mapping[Hashable, Any], conditions: tuple[Condition, ...], *, valid: bool, day: str
) -> DistanceRule:
    required = float(row["distance_m"]) if row["distance_m"] else np.nan
    return DistanceRule(
        id=key,
        feature_type=row["feature_type"],
        kinds=frozenset(row["kinds"].split()),
        target_kinds=frozenset(row["target_kinds"].split()),
        enters=row["enters"] or "never",
        conditions=conditions,
        required_m=required,
        standing=_standing_of(row, required, valid=valid, day=day),
        facts={name: str(row.get(name, "")) for name in FACTS},
        provinces=rule_provinces(row),
    )


def _standing_of(row: Mapping[Hashable, Any], required: float, *, valid: bool, day: str) -> str:
    if row["force"] in _REFUSED:
        return str(row["force"])
    if not valid:
        return "not_yet" if row["valid_from"] > day else "expired"
    if row["force"] != "in_force":
        return str(row["force"])
    if np.isnan(required):
        return "no_figure"
    return "judges" if reference.can_judge(row["confidence"]) else "confidence"

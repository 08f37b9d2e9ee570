"""What was asked of a search for sites, in words: enough to ask it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.candidate_tables import criterion_name
from maps.columns import headed
from maps.constraint_words import layer_said, rule_said
from maps.industry import industry_name
from maps.tables import clause_of
from maps.value_words import function_sentence, measure_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["question_table"]

_FIGURES: Final = (
    *("min_ha", "max_ha", "craft_village", "cell_m", "min_width_m", "min_compactness", "min_score"),
    *("road_reach_m", "count", "seed", "draws", "weight_share", "top"),
)


def question_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Figures of the question, weights and value functions: what must be known to run it again.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        Two columns, headed in words.
    """
    run = answer.run
    rows = [(words("site_question.zone_kind"), words(f"kind.{run['zone_kind']}"))]
    if run.get("industry"):
        said = words("site_question.suggestion", industry=industry_name(run["industry"], words))
        rows.append((words("site_question.industry"), said))
    rows += [(words(f"site_question.{name}"), words.value(run[name], name)) for name in _FIGURES]
    if run.get("follow"):
        share = words.value(run["parcel_tolerance"], "parcel_tolerance")
        rows.append((words("site_question.follow"), layer_said(run["follow"], words)))
        rows.append((words("site_question.parcel_tolerance"), share))
    if "scale_error_pct" in run:
        rows.append((words("site_question.scale"), words.number(run["scale_error_pct"], 3)))
    if run.get("speeds_kmh"):
        rows.append((words("site_question.speeds"), words.value(run["speeds_kmh"], "speeds")))
    rows += [*_weights(run, words), *_choices(run, words)]
    return headed(pd.DataFrame(rows, columns=["what", "value"]), words)


def _weights(run: dict[str, Any], words: Words) -> Iterator[tuple[str, str]]:
    for name, weight in run["weights"].items():
        said = function_sentence(run["functions"][name], measure_unit(name), words)
        what = words("site_question.weight", name=criterion_name(name, words))
        yield what, f"{words.number(weight, 4)} · {said}"
    compared = run.get("pairwise")
    if compared:
        pairs = [
            f"{criterion_name(a, words)} : {criterion_name(b, words)} = {words.number(times, 3)}"
            for a, b, times in compared["comparisons"]
        ]
        yield words("site_question.compared"), "; ".join(pairs)
        yield words("site_question.consistency"), words.number(compared["consistency_ratio"], 3)


def _choices(run: dict[str, Any], words: Words) -> Iterator[tuple[str, str]]:
    def named(name: str) -> str:
        return words.value(name, "constraint")

    for name in ("allowed", "avoided", "order"):
        yield words(f"site_question.{name}"), ", ".join(map(named, run.get(name) or [])) or "–"
    for kind, rules in run["chosen"].items():
        titles = ", ".join(rule_said(rule, words) for rule in rules)
        yield words("site_question.chosen", name=named(kind)), titles
    for kind, distance_m in run["own_buffers_m"].items():
        yield words("site_question.buffer", name=named(kind)), f"{words.value(distance_m, 'distance_m')} m"
    for row in run.get("waived") or []:
        what = words("site_question.waived", name=named(row["constraint"]))
        yield what, words("site_question.against", clause=clause_of(row, words))

"""Decisions kept with the run of a search, and searches compared run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import QuestionError
from maps.analyses import analysis
from maps.runs import Runs
from maps.site_decisions import carried, decisions_frame, kept_search, search_extra, with_decisions
from spatial.decisions import decided
from spatial.search_comparison import compare_searches, search_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from layers.store import Workspace
    from maps.candidate_question import CandidateQuestion
    from maps.runs import Run
    from spatial.candidates import CandidateAnswer
    from spatial.search_comparison import SearchComparison, SearchFacts

__all__ = ["DecisionBook", "asked_again", "compared_runs", "run_search"]

_KIND = "candidates"


class DecisionBook:
    """The decisions about one search, kept with its run: the first one keeps the run.

    Parameters
    ----------
    base : Workspace
    question : CandidateQuestion
    found : CandidateAnswer
        Its answer, as the search gave it.
    """

    def __init__(self, base: Workspace, question: CandidateQuestion, found: CandidateAnswer) -> None:
        self.runs = Runs(base)
        self.question = question
        self.found = found
        self.run: Run | None = self.runs.of_question(question)

    @property
    def version(self) -> tuple[str, int]:
        """Tells one state of the decisions from every other."""
        return (self.run.id, self.run.version) if self.run else ("", 0)

    @property
    def plain(self) -> dict[str, dict[str, Any]]:
        """Decisions as they are kept: ``decision, reason, boundary`` by site."""
        return dict(self.run.extra.get("decisions") or {}) if self.run else {}

    def answer(self) -> CandidateAnswer:
        """Return the answer with its decisions, boundaries drawn anew judged.

        Returns
        -------
        CandidateAnswer
        """
        return with_decisions(self.found, self.run)

    def tick(self, sites: Iterable[str]) -> None:
        """Tick these sites and no others; a dropped one stays dropped.

        Parameters
        ----------
        sites : iterable of str
        """
        wanted, plain = set(sites), self.plain
        for site in map(str, self.found.sites.index):
            row = {"decision": "open", "reason": "", "boundary": None, **plain.get(site, {})}
            if row["decision"] != "dropped":
                plain[site] = {**row, "decision": "ticked" if site in wanted else "open"}
        self.write(plain)

    def decide(self, site: str, decision: str, reason: str = "") -> None:
        """Decide about a site; a boundary that was drawn stays.

        Parameters
        ----------
        site : str
        decision : {"ticked", "dropped", "open"}
        reason : str
            Needed where it is dropped.

        Raises
        ------
        QuestionError
            As of :func:`spatial.decisions.decided`.
        """
        plain = self.plain
        boundary = plain.get(site, {}).get("boundary")
        self.write({**plain, site: {"decision": decision, "reason": reason.strip(), "boundary": boundary}})

    def redraw(self, site: str, boundary: BaseGeometry | None, reason: str | None = None) -> None:
        """Keep a boundary for a site, or go back to the one that was found.

        Parameters
        ----------
        site : str
        boundary : Polygon or None
        reason : str, optional
            Default as it is.

        Raises
        ------
        QuestionError, GeometryError
            As of :func:`spatial.decisions.decided`.
        """
        plain = self.plain
        old = {"decision": "open", "reason": "", **plain.get(site, {})}
        new = {**old, "boundary": boundary.__geo_interface__ if boundary is not None else None}
        self.write({**plain, site: new if reason is None else {**new, "reason": reason.strip()}})

    def write(self, plain: dict[str, dict[str, Any]]) -> None:
        """Check decisions and keep them with the run; what others wrote meanwhile is never overwritten.

        Parameters
        ----------
        plain : dict of str to dict

        Raises
        ------
        StoreError
            ``run_conflict`` and others of :class:`maps.runs.Runs`; nothing is written then.
        QuestionError, GeometryError
            As of :func:`spatial.decisions.decided`.
        """
        frame = decisions_frame(plain, self.found.exclusions.area.crs)
        told = decided(self.found, frame)
        extra = search_extra(told, frame)
        if self.run is None:
            self.run = self.runs.keep(self.question, told, extra=extra)
            return
        more = {**self.run.extra, **extra}
        self.run = self.runs.amend(self.run.id, expected_version=self.run.version, extra=more, answer=told)


def asked_again(run: Run, answer: CandidateAnswer) -> tuple[CandidateAnswer, dict[str, Any], pd.DataFrame]:
    """Carry the decisions of a run over to the search asked again.

    Parameters
    ----------
    run : Run
    answer : CandidateAnswer
        Of the later search.

    Returns
    -------
    answer : CandidateAnswer
        With the decisions that still have their site.
    extra : dict
        To be kept with the later run.
    matches : pandas.DataFrame
        How each decision was matched; those of sites that vanished stand in it too.
    """
    told, kept, matches = carried(run, answer)
    extra = search_extra(told, kept if len(kept) else None)
    return told, {**extra, "carried_from": run.id, "carried": matches.to_dict("records")}, matches


def run_search(run: Run) -> SearchFacts:
    """Return what a run is compared by: as it was kept, else the question is asked again.

    Parameters
    ----------
    run : Run

    Returns
    -------
    SearchFacts

    Raises
    ------
    QuestionError
        ``run_not_a_search``.
    """
    if run.kind != _KIND:
        raise QuestionError("run_not_a_search", found=run.id, kind_of_run=run.kind)
    kept = kept_search(run.extra)
    return kept if kept is not None else search_facts(analysis(_KIND).answer(run.question))


def compared_runs(before: Run, after: Run) -> SearchComparison:
    """Hold the searches of two runs against each other.

    Parameters
    ----------
    before, after : Run

    Returns
    -------
    SearchComparison

    Raises
    ------
    QuestionError
        ``run_not_a_search``.
    CrsError
        ``crs_differs``.
    """
    return compare_searches(run_search(before), run_search(after))

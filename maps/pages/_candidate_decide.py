"""Deciding about one site: tick it, drop it with a reason, draw its boundary anew and see it judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.errors import ThoCongError
from maps.candidate_map import site_layers
from maps.decision_tables import LIMITS, REACHED, decision_mark, limits_table, reached_table
from maps.pages._draw import draw_boundary, forget_drawing
from maps.pages._facts import show_facts, show_figures
from maps.pages._frame import plain, sentences
from maps.pages._shelf import shelved
from maps.site_decisions import decisions_frame
from spatial.decisions import decided

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from maps.site_runs import DecisionBook
    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["show_decision", "show_ticks"]

_NAMED = "candidate-named"
#: corners are drawn to the millimetre
_SAME_M2 = 1.0


def show_ticks(book: DecisionBook, answer: CandidateAnswer, words: Words) -> None:
    """Show what ticks sites: one click each; those that were dropped are not on offer.

    Parameters
    ----------
    book : DecisionBook
    answer : CandidateAnswer
        With its decisions.
    words : Words
    """
    rows = answer.decisions.rows if answer.decisions is not None else None
    state = rows["decision"].to_dict() if rows is not None else {}
    names = sorted(str(site) for site in answer.sites.index if state.get(str(site)) != "dropped")
    ticked = [site for site in names if state.get(site) == "ticked"]
    key = f"candidate-ticks-{book.question.key}-{len(names)}"
    # what was ticked elsewhere is taken over; ticks that follow one another quickly are all kept
    if st.session_state.get(f"{key}-seen") != book.version:
        st.session_state[key] = ticked
        st.session_state[f"{key}-seen"] = book.version
    picked = st.pills(
        words("site_decide.ticks"),
        names,
        selection_mode="multi",
        key=key,
        help=words("site_decide.ticks_help"),
    )
    if set(picked) != set(ticked):
        with sentences():
            book.tick(picked)
        st.session_state[f"{key}-seen"] = book.version
        _told()
    st.caption(words("site_decide.ticked" if ticked else "site_decide.none_ticked", count=len(ticked)))


def show_decision(book: DecisionBook, answer: CandidateAnswer, site: str, words: Words) -> None:
    """Show what was decided about a site, and the ways to decide otherwise.

    Parameters
    ----------
    book : DecisionBook
    answer : CandidateAnswer
        With its decisions.
    site : str
    words : Words
    """
    rows = answer.decisions.rows if answer.decisions is not None else None
    decision = str(rows.loc[site, "decision"]) if rows is not None else "open"
    reason = str(rows.loc[site, "reason"]) if rows is not None else ""
    drawn = bool(rows.loc[site, "redrawn"]) if rows is not None else False
    mark = f"{site}-{'-'.join(map(str, book.version))}"
    with st.container(key="tc-decide", horizontal=True, vertical_alignment="center"):
        said = decision_mark(decision, words, redrawn=drawn)
        st.markdown(f"**{words('site_mark.state')}:** {said}{' – ' + plain(reason) if reason else ''}")
        if decision != "ticked" and st.button(
            words("site_decide.tick"), type="primary", key=f"tick-{mark}", icon=":material/check:"
        ):
            _write(book, site, "ticked", reason if decision != "dropped" else "")
        if decision != "dropped":
            _drop(book, site, words, mark=mark)
        if decision != "open" and st.button(words("site_decide.undo"), key=f"open-{mark}"):
            _write(book, site, "open", "")
    opened = st.toggle(words("site_decide.redraw"), key=f"candidate-redraw-{site}", value=False)
    if opened:
        _redraw(book, answer, site, words)
    elif drawn:
        _judged(answer, site, words)


def _drop(book: DecisionBook, site: str, words: Words, *, mark: str) -> None:
    with (
        st.popover(words("site_decide.drop"), key=f"drop-box-{mark}"),
        st.form(f"drop-{mark}", border=False),
    ):
        reason = st.text_area(words("site_decide.reason"), placeholder=words("site_decide.reason_example"))
        if st.form_submit_button(words("site_decide.drop_go", site=site), type="primary"):
            if not reason.strip():
                st.error(words("site_decide.reason_needed"))
                return
            _write(book, site, "dropped", reason)


def _write(book: DecisionBook, site: str, decision: str, reason: str) -> None:
    with sentences():
        book.decide(site, decision, reason)
    _told()


def _told() -> None:
    """Show everything again as it stands now; the run may have got its number."""
    st.session_state.pop(_NAMED, None)
    st.rerun()


def _redraw(book: DecisionBook, answer: CandidateAnswer, site: str, words: Words) -> None:
    st.caption(words("site_decide.redraw_how"))
    key = f"candidate-draw-{site}"
    shown = [layer for layer in site_layers(answer, words, coarse_m=15.0) if layer.id != "site-passed"]
    start = answer.sites.geometry[site]
    drawn = draw_boundary(book.runs.base, words, key=key, start=start, shown=shown)  # type: ignore[arg-type]
    if drawn is None or not drawn.sound:
        return
    if drawn.area.symmetric_difference(start).area < _SAME_M2:
        st.caption(words("site_decide.unchanged"))
        _back(book, answer, site, words)
        return
    try:
        tried = _tried(book, site, drawn.area)
    except ThoCongError as error:
        st.error(plain(f"{words.message(error)} {words.fix(error)}"))
        return
    st.markdown(f"#### {words('site_decide.judged', site=site)}")
    _judged(tried, site, words)
    with st.container(horizontal=True):
        if st.button(words("site_decide.keep"), type="primary", key=f"keep-{site}-{book.version[1]}"):
            with sentences():
                book.redraw(site, drawn.area)
            _told()
        _back(book, answer, site, words)


def _back(book: DecisionBook, answer: CandidateAnswer, site: str, words: Words) -> None:
    """Go back to the boundary that was found, where another one is kept."""
    told = answer.decisions
    if told is None or not told.rows.loc[site, "redrawn"]:
        return
    if st.button(words("site_decide.found_again"), key=f"found-{site}-{book.version[1]}"):
        with sentences():
            book.redraw(site, None)
        forget_drawing(f"candidate-draw-{site}")
        _told()


def _tried(book: DecisionBook, site: str, area: BaseGeometry) -> CandidateAnswer:
    """The answer as it would be with a boundary that is not kept yet."""

    def judged() -> CandidateAnswer:
        rows = book.plain
        old = {"decision": "open", "reason": "", **rows.get(site, {})}
        new = {**rows, site: {**old, "boundary": area.__geo_interface__}}
        return decided(book.found, decisions_frame(new, book.found.exclusions.area.crs))

    return shelved("candidate-tried", (book.question, book.version, site, area.wkt), judged)


def _judged(answer: CandidateAnswer, site: str, words: Words) -> None:
    """What became of a site by its new boundary."""
    told = answer.decisions
    assert told is not None
    row: Any = told.rows.loc[site]
    number = words.number
    pairs = [("rank", 0), ("score", 3), ("area_ha", 4)]
    before = {"rank": "rank_before", "score": "score_before", "area_ha": "area_before_ha"}
    facts = [
        (
            words(f"decision_column.{name}"),
            f"{number(float(row[before[name]]), digits)} → {number(float(row[name]), digits)}",
        )
        for name, digits in pairs
    ]
    facts.append((words("decision_column.shared_ha"), number(float(row["shared_ha"]), 4)))
    facts.append((words("decision_column.excluded_ha"), number(float(row["excluded_ha"]), 4)))
    show_facts(facts)
    reached = _of(reached_table(answer, words), site, words)
    if len(reached):
        st.error(words("site_decide.reaches", count=len(reached)))
        show_figures(reached, REACHED, words)
    else:
        st.success(words("site_decide.reaches_nothing"))
    show_figures(_of(limits_table(answer, words), site, words), LIMITS, words)


def _of(table: pd.DataFrame, site: str, words: Words) -> pd.DataFrame:
    head = words("decision_column.site")
    return table[table[head] == site].drop(columns=[head])

"""A page that asks a question and shows its answer: everything that is the same whatever is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import streamlit as st

from maps.analyses import analysis_answered_by
from maps.asking import Answer, Question
from maps.pages._address import take_run
from maps.pages._cards import show_cards
from maps.pages._copy import show_copy
from maps.pages._drawn_zone import take_drawn_zones, without_own_words
from maps.pages._exports import show_exports
from maps.pages._findings import show_findings
from maps.pages._form import kept_form
from maps.pages._frame import heading, plain, speak, workspace
from maps.pages._job import answered, ask_anew, is_waited_for
from maps.pages._link import Link
from maps.pages._map import show_answer_map
from maps.pages._places import tell_view
from maps.pages._preview import show_preview
from maps.pages._printing import notes_of
from maps.pages._run import note_run, run_named, run_said, show_run
from maps.pages._shelf import shelved
from maps.pages._stored import store_said
from maps.pages._table import show_table
from maps.provinces import units_read
from maps.search_rasters import raster_versions
from maps.tables import measured_in, run_table

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    import geopandas as gpd

    from layers import Layer, Version
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.export.files import AnswerFiles
    from maps.pages._cards import Card
    from maps.pages._table import Rows
    from maps.sight import Sight
    from maps.words import Words

    Ask = Callable[[Workspace, list[Version], Words], tuple[Any, bool]]

__all__ = ["AnswerView", "show_page"]

_Q = TypeVar("_Q", bound=Question)
_A = TypeVar("_A", bound=Answer)
_Value = TypeVar("_Value")


class AnswerView(ABC, Generic[_Q, _A]):
    """What a page shows of one kind of answer.

    Parameters
    ----------
    base : Workspace
    question : Question
    answer : Answer
    words : Words
    version : hashable
        From :meth:`version_of`.
    """

    #: short name: map, table, choice and shelf are kept under it
    name: ClassVar[str]
    #: title of the page, and what it says before anything was asked
    title: ClassVar[str]
    empty: ClassVar[str]
    #: the line that says what the answer rests on: takes ``on, tolerance_m, crs, rules, periods``
    basis: ClassVar[str] = "ask.basis"
    #: name of exported files, before the day
    stem: ClassVar[str]
    #: widths of the map and of what stands beside it
    widths: ClassVar[tuple[int, int]] = (7, 12)
    #: key of the widget that says ``draw`` while a boundary is drawn in the question; empty for none
    drawn_by: ClassVar[str] = ""
    #: largest zoom when the map goes to a row
    closest: ClassVar[float] = 16.0
    #: what is to be said of the answer as it lies in the workspace
    said: str = ""

    def __init__(self, base: Workspace, question: _Q, answer: _A, *, words: Words, version: Hashable) -> None:
        self.base = base
        self.question = question
        self.answer = answer
        self.words = words
        self.version = version
        self.link = Link(self.name)

    @staticmethod
    def version_of(base: Workspace) -> Hashable:
        """Return what an answer depends on besides its question: units that tell provinces, rasters.

        Parameters
        ----------
        base : Workspace

        Returns
        -------
        hashable
        """
        return units_read(base), raster_versions(base)

    def kept(self, what: str, make: Callable[[], _Value]) -> _Value:
        """Work something out from the answer once, and keep it as long as the answer.

        Parameters
        ----------
        what : str
        make : callable

        Returns
        -------
        object
            Never to be changed.
        """
        return shelved(f"{self.name}-{what}", (self.question, self.version), make)

    @abstractmethod
    def files(self) -> AnswerFiles[_A]:
        """Return what can be exported."""

    @abstractmethod
    def rows(self) -> Rows:
        """Return the table beside the map."""

    @abstractmethod
    def cards(self) -> tuple[list[Card], str]:
        """Return the figures above, and a note on them or an empty text."""

    def drawn(self) -> list[MapLayer]:
        """Return the layers of the answer, the choice of ``self.link`` marked among them.

        Returns
        -------
        list of MapLayer
        """
        return []

    @abstractmethod
    def focus(self) -> Sequence[tuple[str, int]]:
        """Return names and versions of the layers that the first view of the map shows."""

    def context(self) -> Sequence[tuple[str, int]]:
        """Return names and versions of the layers to lie below the answer.

        Returns
        -------
        sequence of (str, int)
        """
        return ()

    def map(self) -> None:
        """Show the map; a view that compares periods shows :func:`maps.pages._compare_view.show_views`.

        Its key has to be ``self.name``: that is where clicks are looked for and views are kept.
        """
        show_answer_map(
            self.name,
            self.drawn(),
            self.words,
            focus=self.focus(),
            context=self.context(),
            said=(self.sheet_title(), self._basis()),
        )

    @abstractmethod
    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """Return the group and the row at a place of the map, in the CRS of the answer."""

    @abstractmethod
    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """Return where a row lies."""

    @abstractmethod
    def detail(self, row: int) -> None:
        """Show one row: all that its line in the table has no room for."""

    @abstractmethod
    def below(self) -> None:
        """Show totals and charts under map and table."""

    def above(self) -> None:
        """Show what chooses a part of the answer; nothing where there is one part."""

    @cached_property
    def table(self) -> Rows:
        """The table, put together once in a run of the page."""
        return self.rows()

    def choice(self) -> int | None:
        """Show what a row is chosen from beside the map.

        Returns
        -------
        int or None
            Index of the row chosen.
        """
        return show_table(self.table, self.link, self.words, stem=f"{self.stem}-{self.answer.run['on']}")

    def show(self) -> None:
        """Show the answer."""
        self.above()
        self.link.take_click(self.answer, self.find)
        cards, note = self.cards()
        show_cards(cards, note)
        # the style sheet puts the columns of these containers under one another on a narrow screen
        with st.container(key="tc-basis"):
            facts, link, keep, exports = st.columns([9, 2, 2, 2], vertical_alignment="center")
        parts = [self._basis(), run_said(self.name, self.words), plain(self.said)]
        facts.caption(" · ".join(part for part in parts if part))
        with link:
            show_copy(self.name, self.words, {"run": run_named(self.name)})
        with keep:
            show_run(self.name, self.base, self.question, answer=self.answer, words=self.words)
        with exports:
            show_exports(self.files(), self.words, stem=f"{self.stem}-{self.answer.run['on']}")
        with st.container(key="tc-answer"):
            left, right = st.columns(self.widths, gap="small")
        with right:
            row = self.choice()
            self.link.follow(row, self.place, closest=self.closest)
        with left:
            self.map()
        # in every run, empty or not: else all below it would be built anew
        with st.container():
            if row is not None:
                self.detail(row)
        self.below()
        self._behind()

    def sheet_title(self) -> str:
        """Say what the map shows, for a print of it: the page, the group chosen, the periods.

        Returns
        -------
        str
        """
        groups, row, name = self.table.groups, self.link.row, ""
        if groups is not None:
            chosen = self.link.group or ("" if row is None else groups.by_row.get(row, ""))
            name = str(groups.names.get(chosen, ""))
        periods = ", ".join(self.answer.run["periods"])
        said = self.words("print.periods", periods=periods) if periods else ""
        return " · ".join(filter(None, (self.words(self.title), name, said)))

    def sheet_notes(self, layers: Sequence[Layer | Sight]) -> tuple[str, ...]:
        """Say what a print rests on: the basis of the answer, decisions of its layers.

        Parameters
        ----------
        layers : sequence of Layer or Sight

        Returns
        -------
        tuple of str
        """
        return (self._basis(), *notes_of(layers, self.words))

    def _basis(self) -> str:
        run = self.answer.run
        said = self.words(
            self.basis,
            on=self.words.day(run["on"]),
            tolerance_m=run.get("tolerance_m"),
            crs=measured_in(self.answer, self.words),
            rules=run["rule_version"],
            periods=", ".join(run["periods"]) or "–",
        )
        drawn = ", ".join(zone.name for zone in getattr(self.question, "drawn", ()))
        return f"{said} · {self.words('draw.basis', names=drawn)}" if drawn else said

    def _behind(self) -> None:
        """What was found about the data, and what the answer was made from."""
        if self.answer.findings:
            with st.expander(self.words("sheet.findings")):
                show_findings(self.answer.findings, self.words)
        with st.expander(self.words("sheet.run")):
            st.dataframe(run_table(self.answer, self.words), hide_index=True, width="stretch")


def show_page(view: type[AnswerView[Any, Any]], ask: Ask, answer: Callable[..., Any]) -> None:
    """Show a page: its question, then the preview, or the answer to what was asked last.

    Parameters
    ----------
    view : type
        An :class:`AnswerView`.
    ask : callable
        Takes workspace, versions of its layers and words; shows the widgets and returns the frozen question
        (None while it is incomplete) and whether the button was pressed.
    answer : callable
        Takes a question and ``progress``, returns its answer.
    """
    words, base = speak(), workspace()
    versions = base.layers()
    heading(words(view.title), base, made=any(v.provenance.made for v in versions))
    tell_view(words)
    analysis = analysis_answered_by(answer)
    opened = take_run(view.name, analysis.name, base, words)
    if opened is not None:  # its answer may take several runs of the page
        st.session_state[f"{view.name}-opened"] = opened.question
        take_drawn_zones(base, opened.question)
    with kept_form(view.name):
        question, pressed = ask(base, versions, words)
    if pressed and question is not None:
        st.session_state[f"{view.name}-question"] = question
        Link(view.name).forget()
        ask_anew(view.name)
    asked = st.session_state.get(f"{view.name}-question")
    drawing = bool(view.drawn_by) and st.session_state.get(view.drawn_by) == "draw"
    before = "" if drawing else f"preview-{view.name}"
    if asked is None or asked.folder != str(base.folder):
        show_preview(base, versions, words, page=analysis.page, empty=view.empty, key=before)
        return
    version = view.version_of(base)
    # both places stand in every run, empty or not: else all below them would be built anew
    place, note = st.empty(), st.empty()
    with place.container():
        found = answered(view.name, asked, version, words=words, versions=versions)
    note_run(view.name, base, asked)
    if found is None:
        waits = is_waited_for(view.name, asked, version)
        said = "job.meanwhile" if waits else view.empty
        show_preview(base, versions, words, page=analysis.page, empty=said, key=before)
        return
    place.empty()
    if without_own_words(asked) != without_own_words(question):
        known = st.session_state.get(f"{view.name}-opened") == asked
        note.info(words("runs.opened" if known else "ask.stale"))
    shown = view(base, asked, found, words=words, version=version)
    shown.said = store_said(view.name, asked, version, words)
    shown.show()

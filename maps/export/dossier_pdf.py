"""A dossier as PDF, its fonts embedded, made without anything from outside."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from maps.export.dossier import column_widths, numeric
from maps.export.fonts import FAMILY, font_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from maps.export.dossier import Block

__all__ = ["dossier_pdf"]

_WIDTH_MM = 178.0
_SIZES = {"title": 16.0, "heading": 12.0, "text": 9.5}
_NARROW = 7
_FOOT_MM = 11.0
_FOOT_PT = 7.0
_LEADING = 1.3
_ROOM_MM = 45.0


def dossier_pdf(blocks: Sequence[Block]) -> bytes:
    """Write the blocks of a dossier as PDF.

    Parameters
    ----------
    blocks : sequence of Block

    Returns
    -------
    bytes
        PDF; only the letters that occur are embedded.
    """
    from fpdf import FPDF  # noqa: PLC0415 - only this format needs it

    class Paper(FPDF):
        """Pages that say whose they are and how many."""

        def footer(self) -> None:
            self.set_y(-_FOOT_MM)
            self.set_font(FAMILY, "", _FOOT_PT)
            self.cell(0, 4, f"{blocks[0].text} · {self.page_no()}/{{nb}}", align="R")

    paper = Paper(format="A4")
    paper.set_margins(16, 16, 16)
    paper.set_auto_page_break(auto=True, margin=16)
    paper.add_font(FAMILY, "", font_file("regular"))
    paper.add_font(FAMILY, "B", font_file("bold"))
    paper.add_page()
    for block in blocks:
        if block.kind == "picture":
            paper.image(io.BytesIO(block.picture), w=_WIDTH_MM)
            _line(paper, block.text, "text")
        elif block.table is not None:
            _table(paper, block.table)
        else:
            _line(paper, block.text, block.kind)
    return bytes(paper.output())


def _line(paper: Any, text: str, kind: str) -> None:
    paper.set_font(FAMILY, "" if kind == "text" else "B", _SIZES[kind])
    if kind == "heading":
        # a heading at the foot of a page would stand without what it heads
        if paper.get_y() > paper.h - _ROOM_MM:
            paper.add_page()
        paper.ln(2)
    paper.multi_cell(0, _LEADING * paper.font_size, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1.5)


def _table(paper: Any, table: pd.DataFrame) -> None:
    size = 6.0 if len(table.columns) > _NARROW else 7.5
    paper.set_font(FAMILY, "", size)
    rows = [list(map(str, table.columns)), *table.astype(str).to_numpy().tolist()]
    how = {"line_height": 1.4 * paper.font_size, "width": _WIDTH_MM, "text_align": "LEFT", "v_align": "TOP"}
    how["padding"] = (0.4, 0.8)
    widths = column_widths(rows, width_mm=_WIDTH_MM, size_pt=size)
    with paper.table(col_widths=tuple(widths), **how) as grid:
        for texts in rows:
            row = grid.row()
            for text, figures in zip(texts, numeric(rows), strict=True):
                row.cell(text, align="RIGHT" if figures else "LEFT")
    paper.ln(2)

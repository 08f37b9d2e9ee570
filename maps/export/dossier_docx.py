"""A dossier as DOCX."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from maps.export.dossier import Block

__all__ = ["dossier_docx"]

_FONT = "Times New Roman"
_WIDTH_CM = 16.5


def dossier_docx(blocks: Sequence[Block]) -> bytes:
    """Write the blocks of a dossier for a word processor.

    Parameters
    ----------
    blocks : sequence of Block

    Returns
    -------
    bytes
        DOCX.
    """
    from docx import Document  # noqa: PLC0415 - only this format needs it
    from docx.shared import Cm, Pt  # noqa: PLC0415

    paper = Document()
    paper.styles["Normal"].font.name = _FONT
    paper.styles["Normal"].font.size = Pt(11)
    for section in paper.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
    for block in blocks:
        if block.kind == "title":
            paper.add_heading(block.text, level=0)
        elif block.kind == "heading":
            paper.add_heading(block.text, level=1)
        elif block.kind == "text":
            paper.add_paragraph(block.text)
        elif block.kind == "picture":
            paper.add_picture(io.BytesIO(block.picture), width=Cm(_WIDTH_CM))
            paper.add_paragraph().add_run(block.text).italic = True
        elif block.table is not None:
            _table(paper, block.table, Pt(8))
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _table(paper: Any, table: pd.DataFrame, size: Any) -> None:
    grid = paper.add_table(rows=1, cols=len(table.columns))
    grid.style = "Table Grid"
    rows = [list(map(str, table.columns)), *table.astype(str).to_numpy().tolist()]
    for n, texts in enumerate(rows):
        cells = grid.rows[0].cells if n == 0 else grid.add_row().cells
        for cell, text in zip(cells, texts, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size = size
            run.bold = n == 0
    paper.add_paragraph()

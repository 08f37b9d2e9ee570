"""A dossier as DOCX, its font embedded, so that it reads the same on a machine without it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from maps.export.dossier import column_widths, numeric
from maps.export.fonts import FAMILY, embedded_font, obfuscated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from maps.export.dossier import Block

__all__ = ["dossier_docx"]

_WIDTH_CM: Final = 17.8
_MARGIN_CM: Final = 1.6
#: room left and right of the text of a cell, twentieths of a point
_CELL: Final = 40
_NARROW: Final = 7
_TOGETHER: Final = 3
_FONT_TYPE: Final = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STYLES: Final = {"regular": "embedRegular", "bold": "embedBold"}
#: elements that have to stand before ``embedTrueTypeFonts`` in the settings
_EARLIER: Final = ("writeProtection", "view", "zoom", "removePersonalInformation", "removeDateAndTime",
                   "doNotDisplayPageBoundaries", "displayBackgroundShape", "printPostScriptOverText",
                   "printFractionalCharacterWidth", "printFormsData")  # fmt: skip
_SIDES: Final = ("ascii", "hAnsi", "cs", "eastAsia")


def dossier_docx(blocks: Sequence[Block]) -> bytes:
    """Write the blocks of a dossier for a word processor.

    Parameters
    ----------
    blocks : sequence of Block

    Returns
    -------
    bytes
        DOCX with the letters of Vietnamese and English of the font inside.
    """
    from docx import Document  # noqa: PLC0415 - only this format needs it
    from docx.shared import Cm, Pt  # noqa: PLC0415

    paper = Document()
    paper.styles["Normal"].font.size = Pt(10)
    _one_font(paper)
    for section in paper.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(_MARGIN_CM)
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        before_table = after is not None and after.table is not None
        if block.kind == "title":
            paper.add_heading(block.text, level=0)
        elif block.kind == "heading":
            paper.add_heading(block.text, level=1)
        elif block.kind == "text":
            paper.add_paragraph(block.text).paragraph_format.keep_with_next = before_table
        elif block.kind == "picture":
            paper.add_picture(io.BytesIO(block.picture), width=Cm(_WIDTH_CM))
            paper.paragraphs[-1].paragraph_format.keep_with_next = True
            paper.add_paragraph().add_run(block.text).font.size = Pt(9)
        elif block.table is not None:
            _table(paper, block.table, Pt(6 if len(block.table.columns) > _NARROW else 7.5))
    _footer(paper, blocks[0].text)
    _embed(paper)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _table(paper: Any, table: pd.DataFrame, size: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415 - only this format needs it
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    grid = paper.add_table(rows=1, cols=len(table.columns))
    grid.style = "Table Grid"
    grid.autofit = False
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        room = OxmlElement(side)
        room.set(qn("w:w"), str(_CELL))
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    grid._tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption")  # noqa: SLF001 - it has no other door
    rows = [list(map(str, table.columns)), *table.astype(str).to_numpy().tolist()]
    widths = [int(Mm(width)) for width in column_widths(rows, width_mm=10 * _WIDTH_CM, size_pt=size.pt)]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for n, texts in enumerate(rows):
        cells = grid.rows[0].cells if n == 0 else grid.add_row().cells
        for cell, text, width, figures in zip(cells, texts, widths, numeric(rows), strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(text)
            run.font.size = size
            run.bold = n == 0
            # the head stays with the first rows
            cell.paragraphs[0].paragraph_format.keep_with_next = n < _TOGETHER and n + 1 < len(rows)
            if figures:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for n, row in enumerate(grid.rows):
        facts = row._tr.get_or_add_trPr()  # noqa: SLF001 - it has no other door
        facts.append(OxmlElement("w:cantSplit"))
        if n == 0:
            facts.append(OxmlElement("w:tblHeader"))
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _footer(paper: Any, title: str) -> None:
    """Say on every page whose it is, which, and of how many."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - only this format needs it
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    line = paper.sections[0].footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, field in ((f"{title} · ", "PAGE"), ("/", "NUMPAGES")):
        line.add_run(text).font.size = Pt(7)
        part = OxmlElement("w:fldSimple")
        part.set(qn("w:instr"), field)
        line._p.append(part)  # noqa: SLF001 - it has no other door


def _one_font(paper: Any) -> None:
    """Name the font wherever the template names another, fonts of its theme too."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - only this format needs it

    normal = paper.styles["Normal"].font
    normal.name = FAMILY
    for fonts in paper.styles.element.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for side in _SIDES:
            fonts.set(qn(f"w:{side}"), FAMILY)


def _embed(paper: Any) -> None:
    """Put the font into the package: its parts, the table of fonts, the setting that says so."""
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 - only this format needs it
    from docx.opc.packuri import PackURI  # noqa: PLC0415
    from docx.opc.part import Part  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    listed = paper.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    told = []
    for n, (style, element) in enumerate(_STYLES.items(), start=1):
        content, key = obfuscated(embedded_font(style))
        part = Part(PackURI(f"/word/fonts/font{n}.odttf"), _FONT_TYPE, content, paper.part.package)
        name = listed.relate_to(part, f"{_RELATION}/font")
        told.append(f'<w:{element} r:id="{name}" w:fontKey="{key}"/>')
    facts = '<w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/>'
    fonts = f'<w:font w:name="{FAMILY}">{facts}{"".join(told)}</w:font>'
    space = f'xmlns:w="{_SPACE}" xmlns:r="{_RELATION}"'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    listed._blob = f"{head}<w:fonts {space}>{fonts}</w:fonts>".encode()  # noqa: SLF001 - it has no other door
    settings = paper.settings.element
    earlier = {qn(f"w:{name}") for name in _EARLIER}
    place = sum(1 for child in settings if child.tag in earlier)
    for name in ("w:saveSubsetFonts", "w:embedTrueTypeFonts"):
        settings.insert(place, OxmlElement(name))

"""A sheet laid out cell by cell, as official forms are: merged headings, borders, live check sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Form", "FormCell", "cell_name", "draw_form"]

_THIN: Final = Side(style="thin", color="808080")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


@dataclass(frozen=True)
class FormCell:
    """One cell.

    Parameters
    ----------
    value : str, float or None
    align : {"left", "center", "right"}
    bold, box, wrap : bool
        ``box`` draws a border round it.
    fill : str
        Colour ``RRGGBB``, empty for none.
    number_format : str
        Of a number.
    formula : bool
        True lets a text that begins with ``=`` be reckoned; any other text stays text.
    size : float
        Of the letters, points.
    """

    value: str | float | None = None
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    box: bool = True
    wrap: bool = False
    fill: str = ""
    number_format: str = ""
    formula: bool = False
    size: float = 10.0


@dataclass(frozen=True)
class Form:
    """A sheet.

    Parameters
    ----------
    title : str
        Of the sheet.
    cells : mapping of (int, int) to FormCell
        By row and column, from 1.
    merged : sequence of (int, int, int, int)
        First row and column, last row and column.
    widths : mapping of int to float
        By column, in letters.
    frozen : (int, int)
        First cell that scrolls.
    """

    title: str
    cells: Mapping[tuple[int, int], FormCell]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (1, 1)


def cell_name(row: int, column: int) -> str:
    """Name a cell as formulas do.

    Parameters
    ----------
    row, column : int
        From 1.

    Returns
    -------
    str

    Examples
    --------
    >>> cell_name(3, 28)
    'AB3'
    """
    return f"{get_column_letter(column)}{row}"


def draw_form(page: Any, form: Form) -> None:
    """Draw a form on a sheet of a workbook.

    Parameters
    ----------
    page : openpyxl.worksheet.worksheet.Worksheet
    form : Form
    """
    for (row, column), given in form.cells.items():
        cell = page.cell(row=row, column=column)
        cell.value = given.value
        if isinstance(given.value, str) and not given.formula:
            cell.data_type = "s"  # never a formula
        cell.font = Font(name="Times New Roman", bold=given.bold, size=given.size)
        cell.alignment = Alignment(horizontal=given.align, vertical="center", wrap_text=given.wrap)
        if given.box:
            cell.border = _BOX
        if given.fill:
            cell.fill = PatternFill("solid", fgColor=given.fill)
        if given.number_format:
            cell.number_format = given.number_format
    for first_row, first_column, last_row, last_column in form.merged:
        page.merge_cells(
            start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column
        )
    for column, width in form.widths.items():
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = cell_name(*form.frozen)
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A3
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True

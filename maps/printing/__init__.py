"""Maps on paper: what the screen shows, at a round scale, with what a sheet has to say beside it."""

from maps.printing.paper import PAPERS, SCALES, Sheet, sheet_scale, sheet_window
from maps.printing.sheet import KINDS, sheet_bytes, sheet_pages

__all__ = [
    "KINDS",
    "PAPERS",
    "SCALES",
    "Sheet",
    "sheet_bytes",
    "sheet_pages",
    "sheet_scale",
    "sheet_window",
]

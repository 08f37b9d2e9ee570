"""The official table of land-use change (chu chuyển đất đai) as a sheet.

In the manner of forms 11/CT, 12/CH and 13/CH of circular 01/2021/TT-BTNMT: rows are the codes at the start,
columns those at the end, the diagonal is land that stayed; then decrease, net change and area at the end.
Groups stand above their codes and hold their sums. The last row and column reckon live whether all adds up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from layers.form import Form, FormCell, cell_name
from maps.change_tables import class_name, date_label, summed
from maps.export.files import source_of
from maps.tables import layer_label, made_note, measured_in
from spatial.change import UNCOVERED, group_of, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from maps.words import Words
    from spatial.change import Change

    _Cells = dict[tuple[int, int], FormCell]

__all__ = ["change_form"]

_HA: Final = "#,##0.00"
_SIGNED: Final = "+#,##0.00;-#,##0.00;0.00"
_CHECK: Final = "0.00"
_HEAD: Final = "DDE7F0"
_GROUP: Final = "F2F2F2"
_STAYED: Final = "FFF4CC"
_LEFT: Final = 4  # columns before the matrix
_TOP: Final = 6  # row of the headings
_FIRST: Final = _TOP + 3  # row of the total


@dataclass(frozen=True)
class _Line:
    """One row of the table, and the column of the same name: a class, a group of classes, or all."""

    name: str
    members: tuple[str, ...]
    number: str
    group: bool = False


def change_form(answer: Change, words: Words) -> Form:
    """Lay out the table.

    Parameters
    ----------
    answer : Change
    words : Words

    Returns
    -------
    Form
        Hectares with two decimals; the values are those of the answer, not rounded.
    """
    lines = _lines(answer)
    table = answer.matrix.reindex(index=answer.totals.index, columns=answer.totals.index).fillna(0.0)
    cells: _Cells = {}
    merged = _heading(cells, lines, answer, words)
    _table(cells, lines, table, words)
    _checks(cells, lines, words)
    _sources(cells, _FIRST + len(lines) + 5, answer, words)
    return Form(
        words("change_form.sheet"),
        cells,
        merged=tuple(merged),
        widths={
            1: 6.0,
            2: 34.0,
            3: 9.0,
            4: 13.0,
            **dict.fromkeys(range(_LEFT + 1, _LEFT + 1 + len(lines)), 10.5),
            **dict.fromkeys(range(_LEFT + 1 + len(lines), _LEFT + 5 + len(lines)), 13.0),
        },
        frozen=(_FIRST, _LEFT + 1),
    )


def _lines(answer: Change) -> list[_Line]:
    """Groups, each above its classes, then what belongs to no group."""
    names = [str(n) for n in answer.totals.index if n != UNCOVERED]
    out: list[_Line] = []
    groups: dict[str, list[str]] = {}
    for name in in_order(names):
        groups.setdefault(group_of(name), []).append(name)
    for n, (group, members) in enumerate(groups.items(), start=1):
        if members == [group]:
            out.append(_Line(group, (group,), str(n)))
            continue
        out.append(_Line(group, tuple(members), str(n), group=True))
        out += [_Line(name, (name,), f"{n}.{k}") for k, name in enumerate(members, start=1)]
    if answer.totals.loc[UNCOVERED, ["start_ha", "end_ha"]].sum() > 0:
        out.append(_Line(UNCOVERED, (UNCOVERED,), ""))
    return out


def _heading(
    cells: _Cells, lines: Sequence[_Line], answer: Change, words: Words
) -> list[tuple[int, int, int, int]]:
    """Title, unit, headings of the columns; returns what is merged."""
    start, end = (date_label(answer, n, words) for n in (0, 1))
    width = _LEFT + len(lines) + 4
    plain = FormCell(box=False)
    note = made_note(answer, words)
    cells[1, 1] = replace(plain, value=note, bold=True, fill="FDE68A" if note else "")
    cells[1, width] = replace(plain, value=words("change_form.rests"), align="right")
    title = words("change_form.title", start=start.upper(), end=end.upper())
    cells[2, 1] = replace(plain, value=title, align="center", bold=True, size=14.0)
    names = [layer_label(e["name"], e["kind"], e["period"], words) for e in answer.run["layers"]]
    facts = {"before": names[0], "after": names[1], "crs": measured_in(answer, words)}
    cells[3, 1] = replace(plain, value=words("change_form.layers", **facts), align="center")
    cells[4, width] = replace(plain, value=words("change_form.unit"), align="right")
    head = FormCell(align="center", bold=True, wrap=True, fill=_HEAD)
    cells.update({(row, column): head for row in (_TOP, _TOP + 1) for column in range(1, width + 1)})
    merged = [(2, 1, 2, width), (3, 1, 3, width), (_TOP, _LEFT + 1, _TOP, _LEFT + len(lines))]
    keys = dict(enumerate(("number", "land", "code", "start"), start=1))
    keys |= dict(enumerate(("decrease", "net", "end", "check"), start=_LEFT + len(lines) + 1))
    for column, key in keys.items():
        cells[_TOP, column] = replace(head, value=words(f"change_form.{key}", start=start, end=end))
        merged.append((_TOP, column, _TOP + 1, column))
    cells[_TOP, _LEFT + 1] = replace(head, value=words("change_form.became", end=end))
    for n, line in enumerate(lines, start=_LEFT + 1):
        cells[_TOP + 1, n] = replace(head, value=_code(line, words))
    for column in range(1, width):
        cells[_TOP + 2, column] = FormCell(f"({column})", align="center", size=8.0)
    return merged


def _code(line: _Line, words: Words) -> str:
    return words("change_form.none") if line.name == UNCOVERED else line.name


def _table(cells: _Cells, lines: Sequence[_Line], table: pd.DataFrame, words: Words) -> None:
    """The total, a row for every line, and the sums below."""
    total = _Line(words("change_form.total"), tuple(map(str, table.index)), "", group=True)
    for row, line in enumerate([total, *lines], start=_FIRST):
        style = FormCell(bold=line.group, fill=_GROUP if line.group else "")
        mine = list(line.members)
        whole = row == _FIRST
        name = line.name if whole else class_name(line.name, words)
        start, end = float(table.loc[mine].to_numpy().sum()), float(table[mine].to_numpy().sum())
        stayed = float(table.loc[mine, mine].to_numpy().sum())
        cells[row, 1] = replace(style, value=line.number, align="center")
        cells[row, 2] = replace(style, value=name, wrap=True)
        cells[row, 3] = replace(style, value="" if whole else _code(line, words), align="center")
        cells[row, 4] = _number(start, style)
        for n, other in enumerate(lines, start=_LEFT + 1):
            area = float(table.loc[mine, list(other.members)].to_numpy().sum())
            same = replace(style, fill=_STAYED) if other.name == line.name else style
            cells[row, n] = replace(style) if whole else _number(area, same)
        right = _LEFT + len(lines) + 1
        cells[row, right] = replace(style) if whole else _number(start - stayed, style)
        cells[row, right + 1] = replace(_number(end - start, style), number_format=_SIGNED)
        cells[row, right + 2] = _number(end, style)
    for n, (key, stays) in enumerate((("increase", True), ("end_row", False)), start=_FIRST + len(lines) + 1):
        bold = FormCell(bold=True, fill=_GROUP)
        cells.update({(n, column): bold for column in range(1, _LEFT + len(lines) + 4)})
        cells[n, 2] = replace(bold, value=words(f"change_form.{key}"))
        for column, line in enumerate(lines, start=_LEFT + 1):
            mine = list(line.members)
            kept = float(table.loc[mine, mine].to_numpy().sum()) if stays else 0.0
            cells[n, column] = _number(float(table[mine].to_numpy().sum()) - kept, bold)


def _number(value: float, style: FormCell) -> FormCell:
    return replace(style, value=value, align="right", number_format=_HA)


def _checks(cells: _Cells, lines: Sequence[_Line], words: Words) -> None:
    """Formulas that give zero where rows add up to the start and columns to the end."""
    style = FormCell(align="right", number_format=_CHECK, formula=True, size=8.0)
    leaves = [n for n, line in enumerate(lines) if not line.group]
    right = _LEFT + len(lines) + 4
    for n in range(len(lines)):
        row = _FIRST + 1 + n
        parts = ",".join(cell_name(row, _LEFT + 1 + k) for k in leaves)
        cells[row, right] = replace(style, value=f"=ROUND({cell_name(row, 4)}-SUM({parts}),4)")
    bottom = _FIRST + len(lines) + 3
    cells[bottom, 2] = FormCell(words("change_form.check"), size=8.0)
    for n in range(len(lines)):
        column = _LEFT + 1 + n
        parts = ",".join(cell_name(_FIRST + 1 + k, column) for k in leaves)
        cells[bottom, column] = replace(
            style, value=f"=ROUND({cell_name(bottom - 1, column)}-SUM({parts}),4)"
        )
    total = f"=ROUND({cell_name(_FIRST, 4)}-{cell_name(_FIRST, right - 1)},4)"
    cells[_FIRST, right] = replace(style, value=total)


def _sources(cells: _Cells, row: int, answer: Change, words: Words) -> None:
    """Lines under the table: sources, redrawing, the crosswalk, what the form rests on."""
    run, sums = answer.run, summed(answer)
    said = [
        words("change_form.source", name=entry["name"], source=source_of(answer, entry["name"]))
        for entry in run["layers"]
    ]
    noise = {"noise_ha": sums["noise_ha"] + sums["uncovered_noise_ha"], "tolerance_m": run["tolerance_m"]}
    said.append(words("change_form.noise", **noise))
    if run["crosswalk"]:
        said.append(words("change_form.crosswalk", name=run["crosswalk"]))
    said.append(words("change_form.form_note"))
    for n, text in enumerate(said):
        cells[row + n, 1] = FormCell(text, box=False, size=9.0)

"""Land use of several periods makes more than a hundred exclusions: none is lost on the way out."""

from __future__ import annotations

import io
import zipfile
from collections import Counter

import geopandas as gpd
import openpyxl
import pytest
import shapely

from layers import Layer
from layers.landuse import code_list
from layers.period import parse_period
from maps.candidate_contract import contract
from maps.candidate_tables import exclusion_table
from maps.export.candidates import write_dossier
from maps.words import words
from spatial.candidates import candidates
from tests.spatial.planted import district, wanted

YEARS = ("2025", "2030")


def land(year, area):
    """Land of every code there is, a small field each, along the western edge."""
    left, bottom, *_ = area.frame.total_bounds
    codes = sorted(code_list())
    fields = [shapely.box(left, bottom + 5 * n, left + 5, bottom + 5 * n + 5) for n in range(len(codes))]
    frame = gpd.GeoDataFrame({"code": codes}, geometry=fields, crs=area.frame.crs)
    rest = area.frame.union_all().difference(shapely.union_all(fields))
    frame.loc[len(frame)] = ["CSD", rest]
    return Layer(frame, f"dat_{year}", "land_use", period=parse_period(year))


@pytest.fixture(scope="module")
def many():
    area, constraints, criteria, others = district()
    uses = [land(year, area) for year in YEARS]
    asked = wanted(cell_m=40.0, count=1)
    found = candidates(area, [*constraints, *uses], criteria, question=asked, others=others)
    found.run["asked_at"] = "2026-06-02T08:00:00+00:00"
    return found


@pytest.fixture(scope="module")
def zipped(many, tmp_path_factory):
    path = write_dossier(many, tmp_path_factory.mktemp("many"), words("vi"))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def labels(answer):
    return exclusion_table(answer, words("vi"))[words("vi")("site_column.constraint")].tolist()


def test_every_exclusion_has_a_row_in_the_table_and_the_contract(many):
    rows = many.exclusions.rows
    assert len(rows) > 100
    assert len(labels(many)) == len(rows)
    told = contract(many, words("vi"))
    assert len(told["exclusions"]) + len(told["not_applied"]) == len(rows)
    assert sum(rows["added_ha"]) + many.exclusions.left_ha == pytest.approx(many.exclusions.area_ha)


def test_every_exclusion_is_in_the_workbook_and_the_page_of_the_zip(many, zipped):
    book = openpyxl.load_workbook(io.BytesIO(zipped["candidates.xlsx"]), read_only=True)
    sheet = book[words("vi")("site_sheet.exclusions")]
    there = Counter(str(row[0]) for row in sheet.iter_rows(values_only=True))
    assert Counter(labels(many)) <= there
    text = zipped["candidates.html"].decode()
    assert [name for name in labels(many) if name not in text] == []


def test_every_exclusion_is_in_the_dossier_of_a_site(many, zipped):
    from docx import Document

    paper = Document(io.BytesIO(zipped["S01.docx"]))
    first = Counter(row.cells[0].text for table in paper.tables for row in table.rows)
    assert Counter(labels(many)) <= first


def test_every_exclusion_is_in_the_pdf_of_a_site(many, zipped):
    pdfium = pytest.importorskip("pypdfium2", reason="no reader of PDF is installed")
    pages = pdfium.PdfDocument(zipped["S01.pdf"])
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)
    assert [name for name in labels(many) if "".join(name.split()) not in text] == []

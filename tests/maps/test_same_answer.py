"""The same question has the same figures on the page, in the terminal and from the library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from shapely import LineString, Point, box
from streamlit.testing.v1 import AppTest

from layers import Layer, Provenance, Workspace, reference
from layers.period import parse_period
from maps.cli.main import main
from maps.words import words
from spatial import absorption, change_series, compare, conflicts, safety_distances
from tests.maps.conftest import frame

APP = Path(__file__).parents[2] / "app.py"
SAY = words("vi")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A district of 5 × 5 km: three surveys of land, two plans of clusters, homes, a school, a road."""
    base = Workspace.create(tmp_path_factory.mktemp("same") / "ws", crs=5897, name="Thử")
    for year, homes in (("2015", 400), ("2020", 700), ("2025", 1200)):
        shapes = [box(0, 0, homes, 5000), box(homes, 0, 2500, 5000), box(2500, 0, 5000, 5000)]
        _save(base, f"land_use_{year}", "land_use", f"{year}:surveyed", *shapes, code=["ONT", "LUC", "CLN"])
    before = [box(1000, 1000, 1500, 1800), box(3000, 1000, 3600, 1500)]
    after = [box(1000, 1000, 1700, 1800), box(3000.1, 1000, 3600, 1500), box(3000, 3000, 3500, 3400)]
    for year, shapes in (("2011-2020", before), ("2021-2030", after)):
        ids = [f"C{n}" for n in range(len(shapes))]
        name = f"industrial_clusters_{year[-4:]}"
        _save(base, name, "industrial_cluster", f"{year}:approved", *shapes, id=ids, name=ids)
    homes = [box(200, 500, 400, 900), box(3500, 1400, 3700, 1600)]
    _save(base, "residential_2025", "residential", "2025:surveyed", *homes, id=["H1", "H2"])
    _save(base, "wastewater", "wastewater_facility", "2025:surveyed", Point(3400, 1700), id=["W"], name=["W"])
    road = LineString([(0, 2200), (5000, 2200)])
    _save(base, "roads", "road", "2025:surveyed", road, id=["R"], name=["R"], road_class=["national"])
    communes = [box(0, 0, 2500, 5000), box(2500, 0, 5000, 5000)]
    _save(
        base, "communes_2025", "admin_unit", "2025:approved", *communes, id=["1", "2"], name=["Tây", "Đông"]
    )
    return base


def _save(base, layer, kind, period, *shapes, **columns):
    made = Provenance(source="thử.gpkg", made=True)
    base.save(Layer(frame(*shapes, **columns), layer, kind, parse_period(period), made))


@pytest.fixture
def asked(base, monkeypatch):
    """Ask a page what it offers: the question that it made, and the tables that it shows."""
    import maps.pages._compare_view
    import maps.pages._map

    for module in (maps.pages._map, maps.pages._compare_view):
        monkeypatch.setattr(module, "st_folium", lambda *_, **__: None)
    monkeypatch.setenv("THOCONG_WORKSPACE", str(base.folder))

    def ask(page, name, button, chosen=()):
        test = AppTest.from_file(str(APP), default_timeout=60)
        test.query_params["lang"] = "vi"
        test.run()
        test.switch_page(f"maps/pages/{page}.py").run()
        for kind, key, value in chosen:
            getattr(test, kind)(key=key).set_value(value).run()
        (found,) = [b for b in test.button if b.label == button]
        found.click().run()
        assert not test.exception, test.exception
        return test.session_state[f"{name}-question"], [table.value for table in test.dataframe]

    return ask


def terminal(base, *arguments):
    """Run a command on the workspace; what it writes for scripts."""
    done = CliRunner().invoke(
        main, [*map(str, arguments), "--workspace", str(base.folder), "--json", "-", "--exit-zero"]
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def of_kind(base, names):
    return [f"{base.version(name).kind_name}={name}" for name, _ in names]


def options(name, values):
    return [text for value in values for text in (name, value)]


def loaded(base, names):
    return [base.load(name, version) for name, version in names]


def test_conflicts(base, asked):
    question, (table, *_) = asked("conflicts", "conflict", "Kiểm tra")
    zones = options("--zones", [name for name, _ in question.zones])
    against = options("--against", of_kind(base, question.constraints))
    told = terminal(base, "conflicts", *zones, *against, "--on", question.on)
    plain = conflicts(
        loaded(base, question.zones),
        loaded(base, question.constraints),
        rules=reference.table("conflict_rules"),
        on=question.on,
    )
    areas = sorted(a for a in plain.rows["area_ha"] if a)
    assert len(areas) > 3
    assert sorted(r["area_ha"] for r in told["rows"] if r["area_ha"]) == pytest.approx(areas)
    assert sorted(table["Diện tích (ha)"].dropna()) == pytest.approx(areas)


def test_distances(base, asked):
    question, (table, *_) = asked("distances", "distance", "Kiểm tra khoảng cách")
    sources = options("--from", of_kind(base, question.sources))
    targets = options("--to", of_kind(base, question.targets))
    told = terminal(base, "distances", *sources, *targets, "--on", question.on)
    plain = safety_distances(
        loaded(base, question.sources),
        loaded(base, question.targets),
        table=reference.table("safety_distances"),
        on=question.on,
    )
    metres = sorted(plain.rows["actual_m"].dropna())
    assert metres
    assert sorted(r["actual_m"] for r in told["rows"] if r["actual_m"] is not None) == pytest.approx(metres)
    assert sorted(table[SAY("distance_column.actual_m")].dropna()) == pytest.approx(metres)


def test_comparison_of_plans(base, asked):
    question, (table, *_) = asked("compare", "comparison", "So sánh")
    told = terminal(base, "compare", question.before[0], question.after[0])
    plain = compare(*loaded(base, [question.before, question.after]), tolerance_m=question.tolerance_m)
    gained = sorted(plain.rows["gained_ha"])
    assert sum(gained) > 30
    assert sorted(r["gained_ha"] for r in told["rows"]) == pytest.approx(gained)
    assert sorted(table[SAY("comparison_column.gained_ha")].fillna(0)) == pytest.approx(gained)


def test_change_of_land(base, asked):
    question, tables = asked("change", "change", "Lập bảng biến động")
    told = terminal(base, "change", *(name for name, _ in question.layers))
    plain = change_series(loaded(base, question.layers)).overall
    assert plain.matrix.loc["LUC", "ONT"] == pytest.approx(250.0)
    row, column = (
        told[f"classes_{side}"].index(code) for side, code in (("before", "LUC"), ("after", "ONT"))
    )
    assert told["matrix_ha"][row][column] == pytest.approx(250.0)
    (matrix,) = [t for t in tables if "ONT" in t.columns]
    assert matrix.loc["LUC", "ONT"] == pytest.approx(250.0)
    assert matrix.loc["LUC", "LUC"] == pytest.approx(plain.matrix.loc["LUC", "LUC"])


def test_absorbed_land(base, asked):
    question, (table, *_) = asked(
        "absorption", "absorption", "Tính đất bị hấp thụ", [("pills", "absorption-rings", [])]
    )
    series = [name for name, _ in question.series]
    zones = options("--zones", [name for name, _ in question.zones])
    units = options("--units", [name for name, _ in question.units])
    told = terminal(base, "absorption", *series, *zones, *units, "--on", question.about.on)
    plain = absorption(
        loaded(base, question.series),
        question.about,
        zones=loaded(base, question.zones),
        units=next(iter(loaded(base, question.units)), None),
    )
    lost = plain.years_left.set_index("scope").loc["total", "lost_to_housing_ha"]
    assert lost > 1
    assert told["years_left"]["lost_to_housing_ha"] == pytest.approx(lost)
    assert table[SAY("absorption_column.lost_to_housing_ha")].max() == pytest.approx(lost)

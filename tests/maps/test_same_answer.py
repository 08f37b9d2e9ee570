"""The same question has the same figures on the page, in the terminal and from the library."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from layers import reference
from maps.cli.main import main
from maps.words import words
from spatial import absorption, change_series, compare, conflicts, safety_distances
from tests.maps.district import district
from tests.maps.visits import press, visits

SAY = words("vi")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return district(tmp_path_factory.mktemp("same") / "ws")


@pytest.fixture
def asked(base, monkeypatch):
    """Ask a page what it offers: the question that it made, and the tables that it shows."""
    visit = visits(monkeypatch)

    def ask(page, name, button, chosen=()):
        test = visit(base.folder, page=page)
        for kind, key, value in chosen:
            getattr(test, kind)(key=key).set_value(value).run()
        press(test, button)
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

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from shapely import box

from layers import Layer, Period, Raster, as_crs, open_raster
from layers.errors import CrsError, GeometryError, QuestionError, SchemaError
from spatial._absorption_pace import Pace, pace_of, years_until_gone
from spatial.absorption import INDUSTRIAL, AbsorptionQuestion, DatedRaster, absorption
from tests.spatial.conftest import CRS, frame, grid_land, seeds, zone

DAY = date(2026, 6, 1)
LOSSES = ["lost_to_housing_ha", "lost_to_other_ha", "lost_to_no_data_ha"]
GAINS = ["gained_ha", "gained_from_no_data_ha", "noise_ha"]


def survey(year, *shapes_and_codes, stage="surveyed", first=None):
    shapes, codes = zip(*shapes_and_codes, strict=True)
    period = Period(first or year, year, stage)
    return Layer(frame(*shapes, code=list(codes)), f"land {year}", "land_use", period)


def units(*shapes):
    return Layer(frame(*shapes, name=[f"U{n}" for n in range(len(shapes))]), "units", "admin_unit")


def asked(**changes):
    return AbsorptionQuestion(DAY, **changes)


def of(answer, scope, table="ledger"):
    found = getattr(answer, table)
    return found[found["scope"] == scope].reset_index(drop=True)


def rest(ledger):
    """What a ledger lacks to close, hectares."""
    closing = ledger["opening_ha"] - ledger[LOSSES].sum(axis=1) + ledger[GAINS].sum(axis=1)
    return (closing - ledger["closing_ha"]).abs().max()


def codes(findings):
    return {f.code for f in findings}


FIELD = box(0, 0, 1000, 100)


def growing(*edges, years=(2015, 2020, 2025)):
    """Housing that grows from the west over a field of ten hectares."""
    return [
        survey(year, (box(0, 0, edge, 100), "ONT"), (box(edge, 0, 1000, 100), "LUC"))
        for year, edge in zip(years, edges, strict=True)
    ]


def test_a_ledger_has_every_flow_in_its_own_column_and_closes():
    before = survey(
        2015,
        (box(0, 0, 100, 100), "SKN"),
        (box(100, 0, 200, 100), "SKN"),
        (box(200, 0, 300, 100), "SKK"),
        (box(300, 0, 400, 100), "LUC"),
        (box(400, 0, 500, 100), "ONT"),
        (box(500, 0, 600, 100), "SKC"),
    )
    after = survey(
        2020,
        (box(0, 0, 100, 100), "ODT"),
        (box(100, 0, 200, 100), "DGT"),
        (box(200, 0, 299.8, 100), "SKK"),
        (box(299.8, 0, 350, 100), "LUC"),
        (box(350, 0, 400, 100), "SKN"),
        (box(400, 0, 500, 100), "SKN"),
        (box(600, 0, 700, 100), "SKN"),
    )
    answer = absorption([before, after], asked(scope="everywhere", subject=INDUSTRIAL))
    row = of(answer, "total").iloc[0]
    found = {
        "opening_ha": 4.0,
        "lost_to_housing_ha": 1.0,
        "lost_to_other_ha": 1.0,
        "lost_to_no_data_ha": 1.0,
        "gained_from_other_ha": 0.5,
        "gained_from_housing_ha": 1.0,
        "gained_from_no_data_ha": 1.0,
        "noise_lost_ha": 0.002,
        "noise_gained_ha": 0.0,
        "closing_ha": 3.498,
        "uncovered_before_ha": 1.0,
        "uncovered_after_ha": 1.0,
        "lost_ha_year": 0.2,
    }
    assert row[list(found)].to_dict() == pytest.approx(found)
    assert rest(answer.ledger) < 1e-9
    assert {"land_uncovered", "pace_two_dates", "classes_unseen"} <= codes(answer.findings)
    flows = answer.pieces.groupby("flow")["area_m2"].sum() / 10_000
    assert flows["housing"] == pytest.approx(1.0)
    assert set(answer.pieces.loc[answer.pieces["noise"], "after"]) == {"LUC"}


def test_years_left_are_the_last_stock_over_the_pace_and_the_range_over_the_extremes():
    answer = absorption(growing(200, 300, 600), asked(), zones=zone(FIELD))
    row = of(answer, "total", "years_left").iloc[0]
    assert row[["pace_ha_year", "slowest_ha_year", "fastest_ha_year"]].tolist() == pytest.approx(
        [0.4, 0.2, 0.6]
    )
    assert row[["years_left", "years_low", "years_high"]].tolist() == pytest.approx([10, 4 / 0.6, 20])
    assert (row["basis"], row["chance"]) == ("range", pytest.approx(1 / 3))
    assert "pace_two_dates" not in codes(answer.findings)


def test_two_dates_give_no_range_and_say_so():
    answer = absorption(growing(200, 300, years=(2015, 2025)), asked(), zones=zone(FIELD))
    row = of(answer, "total", "years_left").iloc[0]
    assert (row["years_left"], row["basis"]) == (pytest.approx(70.0), "two_dates")
    assert np.isnan([row["years_low"], row["years_high"], row["chance"]]).all()
    assert "pace_two_dates" in codes(answer.findings)


@pytest.mark.parametrize(
    ("stock", "lost", "first", "expected"),
    [
        (4.0, [0.0, 0.0], 4.0, ("not_at_this_pace", np.nan, np.nan, np.nan)),
        (4.0, [0.0, 2.0], 6.0, ("runs_out", 20.0, 10.0, np.nan)),
        (0.0, [1.0, 2.0], 3.0, ("gone", np.nan, np.nan, np.nan)),
        (0.0, [0.0, 0.0], 0.0, ("no_stock", np.nan, np.nan, np.nan)),
        (4.0, [1.0, 1.0], 6.0, ("runs_out", 20.0, 20.0, 20.0)),
    ],
)
def test_no_pace_gives_no_figure_and_never_a_negative_one(stock, lost, first, expected):
    pace = pace_of(np.array(lost), np.array([5.0, 5.0]), np.array([True, True]))
    found = years_until_gone(stock, pace, first_ha=first)
    figures = [found["years_left"], found["years_low"], found["years_high"]]
    assert (found["state"], *figures) == (expected[0], *(pytest.approx(v, nan_ok=True) for v in expected[1:]))


def test_the_chance_is_the_share_of_further_values_that_a_sample_of_its_size_holds():
    rng = np.random.default_rng(7)
    drawn = rng.lognormal(size=(20_000, 4))
    sample, further = drawn[:, :3], drawn[:, 3]
    held = ((further >= sample.min(axis=1)) & (further <= sample.max(axis=1))).mean()
    assert Pace(1.0, 0.5, 2.0, 3).chance == pytest.approx(held, abs=0.02)


def test_units_are_ranked_by_urgency_and_the_rest_of_the_land_has_a_row():
    halves = units(box(0, 0, 500, 100), box(500, 0, 900, 100))
    answer = absorption(growing(200, 300, 600), asked(), zones=zone(FIELD), units=halves)
    rows = of(answer, "unit", "years_left").set_index("name")
    assert rows["rank"].to_dict() == {"U0": 1, "U1": 2}
    assert rows["state"].to_dict() == {"U0": "gone", "U1": "runs_out"}
    assert rows["closing_ha"].to_dict() == pytest.approx({"U0": 0.0, "U1": 3.0})
    assert of(answer, "outside")["opening_ha"].tolist() == pytest.approx([1.0, 1.0])


def test_zones_and_rings_count_shared_land_once_in_their_totals():
    land = [
        survey(y, (box(-500, -500, e, 500), "ONT"), (box(e, -500, 1500, 500), "LUC"))
        for y, e in ((2015, -100), (2025, 100))
    ]
    zones = zone(box(0, 0, 200, 100), box(50, 0, 300, 100))
    answer = absorption(land, asked(ring_m=(100,)), zones=zones)
    lost = of(answer, "zone")["lost_to_housing_ha"].tolist()
    assert lost == pytest.approx([1.0, 0.5])
    assert of(answer, "zones")["lost_to_housing_ha"].tolist() == pytest.approx([1.0])
    assert of(answer, "total")["lost_to_housing_ha"].tolist() == pytest.approx([1.0])
    ring, once = of(answer, "ring"), of(answer, "rings")
    assert ring["opening_ha"].sum() > once["opening_ha"].iloc[0]
    union = shapely.union_all(answer.places.loc[answer.places["scope"] == "ring", "geometry"].to_numpy())
    assert once["area_ha"].iloc[0] == pytest.approx(union.area / 10_000)
    assert shapely.intersection(union, shapely.union_all(zones.frame.geometry.to_numpy())).area < 1e-6
    assert {"zones_overlap"} <= codes(answer.findings)


def test_housing_inside_a_zone_is_a_conflict_of_its_own():
    zones = zone(box(0, 0, 400, 100), box(700, 0, 1000, 100))
    answer = absorption(growing(100, 200, 300), asked(), zones=zones)
    assert answer.already_housing["zone"].tolist() == ["Z1"]
    row = answer.already_housing.iloc[0]
    figures = row[["zone_ha", "housing_ha", "share_pct", "housing_first_ha"]].tolist()
    assert figures == pytest.approx([4.0, 3.0, 75.0, 1.0])
    assert row["geometry"].area == pytest.approx(30_000)


def test_given_land_is_a_scope_of_its_own_and_adds_to_the_plan():
    suitable = Layer(frame(box(800, 0, 1000, 100)), "suitable", "residential")
    alone = absorption(growing(100, 200, 900), asked(scope="within"), within=suitable, zones=zone(FIELD))
    assert of(alone, "total")["lost_to_housing_ha"].tolist() == pytest.approx([0.0, 1.0])
    assert of(alone, "zone")["opening_ha"].tolist() == pytest.approx([2.0, 2.0])
    planned = zone(box(700, 0, 850, 100))
    both = absorption(growing(100, 200, 900), asked(), within=suitable, zones=planned)
    assert of(both, "total")["opening_ha"].tolist() == pytest.approx([3.0, 3.0])
    assert of(both, "zones")["opening_ha"].tolist() == pytest.approx([1.5, 1.5])


def test_a_pace_is_held_against_a_benchmark():
    answer = absorption(growing(200, 300, 600), asked(benchmark_ha_year=0.25), zones=zone(FIELD))
    row = of(answer, "total", "years_left").iloc[0]
    figures = row[["over_benchmark_ha_year", "years_left_at_benchmark"]].tolist()
    assert figures == pytest.approx([0.15, 16.0])


def test_a_plan_is_no_observation_unless_the_caller_says_so():
    plan = survey(2030, (box(0, 0, 900, 100), "ONT"), (box(900, 0, 1000, 100), "LUC"), stage="approved")
    series = [*growing(200, 300, 600), plan]
    without = absorption(series, asked(), zones=zone(FIELD))
    assert without.run["years"] == [2015, 2020, 2025]
    assert "series_not_observed" in codes(without.findings)
    counted = absorption(series, asked(plans_count=True), zones=zone(FIELD))
    assert counted.run["years"] == [2015, 2020, 2025, 2030]
    assert "series_plan_counted" in codes(counted.findings)
    future = survey(2027, (FIELD, "LUC"))
    assert absorption([*growing(1, 2, 3), future], asked(), zones=zone(FIELD)).run["years"][-1] == 2025


def test_a_range_counts_as_its_last_year_and_an_unknown_stage_is_said():
    ranged = survey(2020, (FIELD, "LUC"), stage="unknown", first=2019)
    answer = absorption([ranged, survey(2025, (FIELD, "LUC"))], asked(), zones=zone(FIELD))
    assert answer.run["years"] == [2020, 2025]
    assert {"series_range_dated", "series_stage_unknown"} <= codes(answer.findings)


def test_the_order_of_the_series_does_not_matter():
    series = growing(200, 300, 600)
    one = absorption(series, asked(), zones=zone(FIELD))
    other = absorption(series[::-1], asked(), zones=zone(FIELD))
    assert one.ledger.equals(other.ledger)


def test_land_drawn_twice_counts_once_and_housing_comes_first():
    twice = survey(
        2015, (box(0, 0, 300, 100), "LUC"), (box(200, 0, 400, 100), "ONT"), (box(0, 0, 100, 100), "LUC")
    )
    answer = absorption([twice, survey(2020, (box(0, 0, 400, 100), "ONT"))], asked(), zones=zone(FIELD))
    row = of(answer, "total").iloc[0]
    assert (row["opening_ha"], row["lost_to_housing_ha"]) == pytest.approx((2.0, 2.0))
    found = next(f for f in answer.findings if f.code == "features_overlap")
    assert found.fields["area_ha"] == pytest.approx(2.0)


def test_a_date_that_does_not_speak_of_a_place_gives_it_no_pace():
    series = growing(200, 300, 600)
    hole = survey(2020, (box(0, 0, 500, 100), "LUC"))
    series[1] = hole
    halves = units(box(0, 0, 500, 100), box(500, 0, 1000, 100))
    answer = absorption(series, asked(), zones=zone(FIELD), units=halves)
    row = of(answer, "unit", "years_left").set_index("name").loc["U1"]
    assert (row["state"], row["intervals"], row["lost_to_no_data_ha"]) == ("no_data", 0, pytest.approx(5.0))
    assert rest(answer.ledger) < 1e-9


def test_a_feature_without_a_class_is_land_without_data():
    blank = survey(2020, (box(0, 0, 300, 100), "ONT"), (box(300, 0, 1000, 100), None))
    answer = absorption([growing(200, 300, 600)[0], blank], asked(), zones=zone(FIELD))
    row = of(answer, "total").iloc[0]
    assert (row["lost_to_no_data_ha"], row["uncovered_after_ha"]) == pytest.approx((7.0, 7.0))
    assert "class_missing" in codes(answer.findings)


def test_a_strip_that_is_thick_somewhere_is_real_there_and_noise_elsewhere():
    after = survey(
        2020,
        (shapely.union_all([box(0, 0, 200.1, 100), box(200, 40, 260, 60)]), "ONT"),
        (shapely.difference(FIELD, shapely.union_all([box(0, 0, 200.1, 100), box(200, 40, 260, 60)])), "LUC"),
    )
    answer = absorption([growing(200, 1, 1)[0], after], asked(), zones=zone(FIELD))
    row = of(answer, "total").iloc[0]
    assert row["lost_to_housing_ha"] == pytest.approx(0.12, abs=2e-4)
    assert row["noise_lost_ha"] == pytest.approx(0.0008, abs=1e-4)
    assert rest(answer.ledger) < 1e-9


@given(seed=seeds)
@settings(max_examples=6)
def test_ledgers_close_chain_and_add_up_over_units_that_tile(seed):
    rng = np.random.default_rng(seed)
    series = [
        grid_land(rng, n=5, codes=("LUC", "ONT", "SKN", "DGT")).with_frame(
            grid_land(rng, n=5, codes=("LUC", "ONT", "SKN", "DGT")).frame,
            name=f"{year}",
            period=Period(year, year, "surveyed"),
        )
        for year in (2010, 2015, 2025)
    ]
    x, y = np.sort(rng.uniform(0, 1000, 2))
    cut = units(box(-50, -50, x, 1050), box(x, -50, 1050, y), box(x, y, 1050, 1050))
    scope = ("everywhere", "planned")[seed % 2]
    zones = zone(box(100, 100, 600, 700), box(500, 300, 1200, 800))
    question = asked(scope=scope, subject=("SKN", "LUC"), ring_m=(50, 200), tolerance_m=float(seed % 3))
    answer = absorption(series, question, zones=zones, units=cut)
    assert rest(answer.ledger) < 1e-7
    for _, mine in answer.ledger.groupby(["scope", "place", "ring_m"], dropna=False):
        assert mine["closing_ha"].tolist()[:-1] == mine["opening_ha"].tolist()[1:]
    figures = ["area_ha", "opening_ha", *LOSSES, *GAINS, "closing_ha", "uncovered_after_ha"]
    parts = answer.ledger[answer.ledger["scope"].isin(["unit", "outside"])].groupby("interval")[figures].sum()
    assert parts.to_numpy() == pytest.approx(of(answer, "total")[figures].to_numpy(), abs=1e-7)
    real = answer.pieces[(answer.pieces["flow"] == "housing") & ~answer.pieces["noise"]]
    behind = (
        real[real["scope"] == "total"].groupby("interval")["geometry"].apply(lambda g: g.area.sum()) / 1e4
    )
    lost = of(answer, "total").set_index("interval")["lost_to_housing_ha"]
    assert behind.reindex(lost.index).fillna(0).tolist() == pytest.approx(lost.tolist(), abs=1e-7)


@given(seed=seeds)
@settings(max_examples=4)
def test_figures_are_those_of_plain_intersections(seed):
    rng = np.random.default_rng(seed)
    made = [grid_land(rng, n=4, codes=("LUC", "ONT", "SKN")).frame for _ in range(2)]
    series = [
        Layer(f, f"{year}", "land_use", Period(year, year, "surveyed"))
        for f, year in zip(made, (2015, 2020), strict=True)
    ]
    unit = units(box(130, 220, 810, 790))
    question = asked(scope="everywhere", subject=("SKN",), tolerance_m=0.0)
    row = of(absorption(series, question, units=unit), "unit").iloc[0]

    def joined(f, code):
        return shapely.union_all(f.loc[f["code"] == code, "geometry"].to_numpy())

    place = unit.frame.geometry.iloc[0]
    start, end = joined(made[0], "SKN"), joined(made[1], "SKN")
    homes = joined(made[1], "ONT")
    expected = {
        "opening_ha": place & start,
        "lost_to_housing_ha": place & start & homes,
        "gained_ha": (place & end) - start,
        "closing_ha": place & end,
    }
    assert row[list(expected)].tolist() == pytest.approx([s.area / 1e4 for s in expected.values()], abs=1e-7)


def raster(values, year, nodata=0):
    transform = Affine(100, 0, 550_000, 0, -100, 2_320_000)
    cells = Raster(np.array(values, np.uint8), transform, as_crs(CRS), nodata, f"r{year}")
    return DatedRaster(cells, f"r{year}", Period(year, year, "surveyed"))


def as_polygons(state):
    """Each cell of a raster as a polygon with its class."""
    rows, cols = np.nonzero(state.cells.values != state.cells.nodata)
    shapes = [
        box(550_000 + 100 * c, 2_320_000 - 100 * (r + 1), 550_000 + 100 * (c + 1), 2_320_000 - 100 * r)
        for r, c in zip(rows, cols, strict=True)
    ]
    classes = state.cells.values[rows, cols].astype(str)
    return Layer(
        gpd.GeoDataFrame({"code": classes}, geometry=shapes, crs=CRS), state.name, "land_use", state.period
    )


@given(seed=seeds)
@settings(max_examples=4)
def test_cells_and_the_same_cells_as_polygons_give_one_answer(seed):
    rng = np.random.default_rng(seed)
    cells = [raster(rng.integers(0, 4, (8, 10)), year) for year in (2010, 2018, 2020)]
    # along the cells, so that centres and areas agree
    at = rng.integers(1, 9)
    cut = [
        box(549_900, 2_319_000, 550_000 + 100 * at, 2_320_000),
        box(550_000 + 100 * at, 2_319_200, 551_000, 2_320_000),
    ]
    unit = Layer(gpd.GeoDataFrame({"name": ["W", "E"]}, geometry=cut, crs=CRS), "units", "admin_unit")
    question = asked(scope="everywhere", subject=("1",), housing=("2",), tolerance_m=0.0)
    one = absorption(cells, question, units=unit)
    other = absorption([as_polygons(state) for state in cells], question, units=unit)
    figures = ["opening_ha", *LOSSES, *GAINS, "closing_ha"]
    ours = one.ledger[one.ledger["scope"] == "unit"][figures].to_numpy()
    assert ours == pytest.approx(other.ledger[other.ledger["scope"] == "unit"][figures].to_numpy(), abs=1e-7)
    assert rest(one.ledger) < 1e-9
    assert one.pieces.area.tolist() == pytest.approx(one.pieces["area_m2"].tolist())


def test_real_rasters_give_the_known_counts(shared):
    folder = shared / "data" / "pie_landuse_1985_1991_1999"
    series = [
        DatedRaster(open_raster(folder / f"lu_pie_{y}.tif"), f"pie {y}", Period(y, y, "surveyed"))
        for y in (1985, 1991, 1999)
    ]
    question = asked(scope="everywhere", subject=("1",), housing=("2",))
    cell = series[0].cells.grid.cell_ha("pie")
    ledger = absorption(series, question).ledger
    assert (ledger["lost_to_housing_ha"] / cell).round(6).tolist() == [1926, 2183]
    assert rest(ledger) < 1e-6
    ends = absorption([series[0], series[2]], question).ledger
    assert (ends["lost_to_housing_ha"] / cell).round(6).tolist() == [4250]


def test_data_of_old_units_reach_new_communes_by_geometry(shared):
    data = shared / "data"
    old = gpd.read_file(data / "vietnam63_old_communes" / "hanoi_communes_old.gpkg").to_crs(CRS)
    new = gpd.read_file(data / "vn_admin_2025_tlq" / "hanoi_communes_2025.gpkg").to_crs(CRS)
    old = old.set_geometry(shapely.make_valid(old.geometry.to_numpy()))
    new = new.set_geometry(shapely.make_valid(new.geometry.to_numpy())).iloc[::6].reset_index(drop=True)
    old["homes"] = np.arange(len(old)) % 3 == 0
    made = [
        old.assign(code="LUC"),
        old.assign(code=np.where(old["homes"], "ONT", "LUC")),
    ]
    series = [
        Layer(f[["code", "geometry"]], f"{y}", "land_use", Period(y, y, "surveyed"))
        for f, y in zip(made, (2015, 2020), strict=True)
    ]
    communes = Layer(new[["geometry"]].assign(name=[f"C{n}" for n in new.index]), "communes", "admin_unit")
    answer = absorption(series, asked(scope="everywhere"), units=communes)
    rows = of(answer, "unit").set_index("name")
    homes = shapely.union_all(old.loc[old["homes"], "geometry"].to_numpy())
    expected = [shapely.intersection(shape, homes).area / 1e4 for shape in new.geometry]
    found = rows["lost_to_housing_ha"].reindex([f"C{n}" for n in new.index]).fillna(0)
    # sources that overlap themselves are mended within their own error
    assert found.to_numpy() == pytest.approx(np.array(expected), rel=1e-3, abs=0.5)


def test_old_districts_and_the_old_communes_in_them_give_the_same_figures(shared):
    data = shared / "data"
    old = gpd.read_file(data / "vietnam63_old_communes" / "hanoi_communes_old.gpkg").to_crs(CRS)
    districts = gpd.read_file(data / "dvhcvn_old_districts" / "hanoi_districts_2019.gpkg").to_crs(CRS)
    old = old.set_geometry(shapely.make_valid(old.geometry.to_numpy())).iloc[:150].reset_index(drop=True)
    districts = districts.set_geometry(shapely.make_valid(districts.geometry.to_numpy()))
    shapes = old.geometry.to_numpy()
    series = [
        Layer(
            gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=CRS),
            f"{year}",
            "land_use",
            Period(year, year, "surveyed"),
        )
        for year, codes in (
            (2015, ["LUC"] * len(old)),
            (2020, np.where(np.arange(len(old)) % 2 == 0, "ONT", "LUC")),
        )
    ]
    lost = {}
    for name, frame_of in (("districts", districts), ("communes", old)):
        named = gpd.GeoDataFrame(
            {"name": [f"{name} {n}" for n in range(len(frame_of))]},
            geometry=frame_of.geometry.to_numpy(),
            crs=CRS,
        )
        found = absorption(series, asked(scope="everywhere"), units=Layer(named, name, "admin_unit"))
        parts = found.ledger[found.ledger["scope"].isin(["unit", "outside"])]
        total = of(found, "total")["lost_to_housing_ha"].iloc[0]
        lost[name] = total
        assert rest(found.ledger) < 1e-6
        twice = [f.fields["area_ha"] for f in found.findings if f.code == "units_overlap"]
        assert parts["lost_to_housing_ha"].sum() == pytest.approx(total, abs=1e-3 + sum(twice))
    assert lost["districts"] == pytest.approx(lost["communes"], rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tolerance_m": -1.0}, "tolerance_out_of_range"),
        ({"tolerance_m": float("nan")}, "tolerance_out_of_range"),
        ({"ring_m": (500, -1)}, "distance_wrong"),
        ({"benchmark_ha_year": 0.0}, "benchmark_wrong"),
        ({"scope": "elsewhere"}, "scope_unknown"),
        ({"housing": ()}, "housing_missing"),
        ({"subject": ("ONT",)}, "subject_is_housing"),
        ({"subject": ("PNN",)}, "subject_is_housing"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(changes, code):
    with pytest.raises(QuestionError, match=code):
        asked(**changes)


def test_a_series_that_is_none_is_refused():
    one, two, three = growing(200, 300, 600)
    with pytest.raises(QuestionError, match="series_too_short"):
        absorption([one], asked(), zones=zone(FIELD))
    with pytest.raises(QuestionError, match="series_without_period"):
        absorption([one, two.with_frame(two.frame, period=None)], asked(), zones=zone(FIELD))
    with pytest.raises(QuestionError, match="series_same_year"):
        absorption([one, two, three.with_frame(three.frame, period=two.period)], asked(), zones=zone(FIELD))
    with pytest.raises(QuestionError, match="series_mixed"):
        absorption([one, raster([[1, 2]], 2020)], asked(), zones=zone(FIELD))
    with pytest.raises(QuestionError, match="class_not_number"):
        absorption([raster([[1, 2]], 2020), raster([[1, 2]], 2022)], asked(scope="everywhere"))


def test_layers_that_can_not_be_measured_together_are_refused():
    series = growing(200, 300, 600)
    with pytest.raises(QuestionError, match="scope_without_layer"):
        absorption(series, asked())
    with pytest.raises(QuestionError, match="rings_without_zones"):
        absorption(series, asked(scope="everywhere", ring_m=(500,)))
    with pytest.raises(SchemaError, match="column_missing"):
        absorption(series, asked(column="loai"), zones=zone(FIELD))
    park = zone(FIELD)
    with pytest.raises(CrsError, match="crs_differs"):
        absorption(series, asked(), zones=park.with_frame(park.frame.set_crs(5899, allow_override=True)))
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(GeometryError, match="geometry_invalid"):
        absorption(series, asked(), zones=zone(bow))


def test_land_that_went_out_of_sight_is_not_gone():
    before = survey(2010, (box(0, 0, 50, 100), "ONT"), (box(50, 0, 300, 100), "LUC"))
    after = survey(2015, (box(0, 0, 100, 100), "ONT"))
    answer = absorption([before, after], asked(), zones=zone(box(0, 0, 300, 100)))
    row = of(answer, "total", "years_left").iloc[0]
    assert (row["lost_to_housing_ha"], row["lost_to_no_data_ha"]) == pytest.approx((0.5, 2.0))
    assert row["closing_ha"] == pytest.approx(0.0)
    assert row["state"] == "no_data"


def test_land_that_housing_took_is_gone():
    series = [growing(200, 600, 800)[0], survey(2020, (FIELD, "ONT"))]
    assert (
        of(absorption(series, asked(), zones=zone(FIELD)), "total", "years_left").iloc[0]["state"] == "gone"
    )

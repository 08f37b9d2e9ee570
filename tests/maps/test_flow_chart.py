from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.flow_chart import OTHER, FlowNames, flow_chart, grouped_flows, land_names
from maps.stock_chart import Benchmark, stock_chart
from maps.words import words

PLAIN = FlowNames(lambda c: f"tên {c}", lambda _: "#123456")
FLOWS = st.lists(
    st.tuples(st.sampled_from(["", *"ABCDEFGH"]), st.sampled_from(["", *"ABCDEFGH"]), st.floats(0, 1e5)),
    max_size=40,
)


def table(rows):
    return pd.DataFrame(rows, columns=["before", "after", "area_ha"])


SMALL = table([("LUC", "LUC", 60.0), ("LUC", "SKK", 30.0), ("RSX", "SKK", 10.0), ("RSX", "", 5.0)])


def drawn(chart, n):
    """Rows behind the n-th layer of a chart."""
    spec = chart.to_dict()
    layer = spec["layer"][n]
    return spec["datasets"][(layer.get("data") or spec["data"])["name"]]


@given(FLOWS, st.integers(1, 8))
def test_joining_small_classes_loses_no_land_and_keeps_the_large_ones(rows, most):
    flows = table(rows)
    grouped, joined = grouped_flows(flows, most=most)
    assert grouped["area_ha"].sum() == pytest.approx(flows["area_ha"].sum())
    for side in ("before", "after"):
        for name, area in grouped.groupby(side)["area_ha"].sum().items():
            if name != OTHER:
                assert area == pytest.approx(flows.loc[flows[side] == name, "area_ha"].sum())
    assert not set(joined) & (set(grouped["before"]) | set(grouped["after"]))
    assert len({*grouped["before"], *grouped["after"]} - {OTHER, ""}) <= most + 1


def test_what_stayed_can_be_left_out():
    grouped, _ = grouped_flows(SMALL, with_kept=False)
    assert grouped["area_ha"].sum() == 45
    assert not (grouped["before"] == grouped["after"]).any()


def test_one_small_class_alone_keeps_its_name():
    assert grouped_flows(table([("A", "A", 9.0), ("B", "B", 1.0)]), most=1)[1] == []


def test_land_below_nought_is_refused():
    with pytest.raises(ValueError, match="found -1"):
        grouped_flows(table([("A", "B", -1.0)]))


def test_ribbons_are_as_thick_as_their_land_and_fill_their_bars(say):
    chart = flow_chart(SMALL, say, names=land_names(say), heads=("2010", "2025"))
    ribbons = pd.DataFrame(drawn(chart, 0))
    thick = (ribbons["y2"] - ribbons["y"]).groupby([ribbons["before"], ribbons["after"]]).agg(["min", "max"])
    assert thick["min"].to_numpy() == pytest.approx(thick["max"].to_numpy())
    areas = SMALL.set_index(["before", "after"])["area_ha"].sort_index()
    assert (thick["max"] / thick["max"].sum()).to_numpy() == pytest.approx((areas / areas.sum()).to_numpy())
    bars = pd.DataFrame(drawn(chart, 1))
    for n, side in enumerate(("before", "after")):
        ends = ribbons[ribbons["x"] == (ribbons["x"].min() if n == 0 else ribbons["x"].max())]
        for name, part in ends.groupby(side):
            bar = bars[(bars["side"] == n) & (bars["class"] == name)].iloc[0]
            assert part["y"].min() == pytest.approx(bar["y"])
            assert part["y2"].max() == pytest.approx(bar["y2"])
            assert (part["y2"] - part["y"]).sum() == pytest.approx(bar["y2"] - bar["y"])


def test_names_never_lie_over_one_another():
    flows = table([(a, b, 0.01 if a + b != "AA" else 1000.0) for a in "ABCDEFG" for b in "ABCDEFG"])
    names = FlowNames(lambda c: f"{c} đất có một cái tên rất dài phải xuống dòng", lambda _: "#123456")
    bars = pd.DataFrame(drawn(flow_chart(flows, words("vi"), names=names, heads=("a", "b")), 1))
    for _, side in bars.groupby("side"):
        places = side.sort_values("at")
        lines = places["text"].str.count("\n") + 1
        assert (places["at"].diff().dropna().to_numpy() >= lines[:-1].to_numpy() * 14 - 1e-9).all()


def test_numbers_and_names_are_written_as_the_language_does():
    flows = table([("LUC", "SKK", 1234.56), ("LUC", "", 0.01)])
    chart = flow_chart(flows, words("vi"), names=land_names(words("vi")), heads=("2010", "2025"))
    bars = pd.DataFrame(drawn(chart, 1))
    text = " ".join(bars["text"])
    assert "1.234,6 ha" in text
    assert "LUC · Đất chuyên trồng lúa" in text.replace("\n", " ")
    assert "< 0,1 ha" in text  # a little land is not no land
    assert "Chỉ có ở một kỳ" in text
    assert chart.to_dict()["config"]["locale"]["number"]["decimal"] == ","


def test_a_flow_can_be_chosen_by_its_classes(say):
    spec = flow_chart(SMALL, say, names=PLAIN, heads=("a", "b")).to_dict()
    assert [p["select"]["fields"] for p in spec["params"] if p["name"] == "flow"] == [["before", "after"]]


def stock(*rows):
    return pd.DataFrame(rows, columns=["year", "area_ha", "planned", "series"])


LINES = stock((2010, 100.0, False, "LUC"), (2030, 60.0, True, "LUC"), (2020, 80.0, False, "LUC"),
              (2010, 5.0, False, "ONT"), (2020, 9.0, False, "ONT"))  # fmt: skip


def test_only_stretches_to_planned_periods_are_dashed(say):
    parts = pd.DataFrame(drawn(stock_chart(LINES, say), 0))
    ends = parts.groupby("part").agg({"year": ["min", "max"], "planned": "first"})
    assert [tuple(row) for row in ends.to_numpy()] == [
        (2010, 2020, False), (2020, 2030, True), (2010, 2020, False)
    ]  # fmt: skip


def test_every_figure_has_its_dot_hollow_where_it_is_planned(say):
    spec = stock_chart(LINES, say).to_dict()
    dots = pd.DataFrame(drawn(stock_chart(LINES, say), len(spec["layer"]) - 2))
    assert len(dots) == len(LINES)
    assert set(dots.loc[dots["planned"], "fill"]) == {"#ffffff"}
    assert "#ffffff" not in set(dots.loc[~dots["planned"], "fill"])
    assert dots["value"].iloc[0] == say.number(100.0, 1)


def test_figures_that_would_lie_over_one_another_are_left_to_the_tips(say):
    near = stock((2020, 100.0, False, "A"), (2020, 96.0, False, "B"), (2020, 30.0, False, "C"),
                 (2025, 99.0, False, "A"), (2025, 80.0, False, "B"), (2025, 0.0, False, "C"))  # fmt: skip
    spec = stock_chart(near, say).to_dict()
    written = pd.DataFrame(drawn(stock_chart(near, say), len(spec["layer"]) - 1))
    assert sorted(zip(written["year"], written["series"], strict=True)) == [
        (2020, "A"), (2020, "C"), (2025, "A"), (2025, "B"), (2025, "C")]  # fmt: skip
    assert len(drawn(stock_chart(near, say), len(spec["layer"]) - 2)) == len(near)


def test_a_benchmark_stands_with_its_label(say):
    chart = stock_chart(LINES, say, benchmark=Benchmark("−2 ha/năm", [(2030, 60.0), (2010, 100.0)]))
    assert drawn(chart, 1) == [{"year": 2010, "area_ha": 100.0}, {"year": 2030, "area_ha": 60.0}]
    assert drawn(chart, 2)[0]["label"] == "−2 ha/năm"
    assert len(stock_chart(LINES, say).to_dict()["layer"]) == len(chart.to_dict()["layer"]) - 2


def test_one_line_needs_no_name(say):
    chart = stock_chart(LINES[LINES["series"] == "LUC"].drop(columns="series"), say)
    assert chart.to_dict()["layer"][0]["encoding"]["color"]["legend"] is None

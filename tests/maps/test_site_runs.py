"""Decisions about sites kept with their run, carried to the next, and searches compared run by run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
import shapely
from click.testing import CliRunner

from layers.errors import QuestionError, StoreError
from maps.candidate_question import CandidateQuestion, answer_candidates, search_layers
from maps.cli.main import main
from maps.decision_tables import matches_table
from maps.runs import Runs
from maps.site_decisions import kept_search
from maps.site_runs import DecisionBook, asked_again, compared_runs
from maps.words import words
from spatial.decisions import chosen_sites
from spatial.search_comparison import compare_searches, search_facts


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    from layers.sample import create_sample

    return create_sample(tmp_path_factory.mktemp("decisions") / "workspace")


@pytest.fixture(scope="module")
def question(base):
    offered = search_layers(base.layers(), None)
    (units,) = [v for v in offered.areas if v.layer == "communes_2025"]
    roads = offered.criteria["main_road"]
    return CandidateQuestion(
        folder=str(base.folder),
        area=(units.layer, units.version),
        units=("Yên Xuân",),
        constraints=tuple((v.layer, v.version) for v in offered.chosen if v.kind_name != "land_use"),
        others=tuple((v.layer, v.version) for v in offered.others),
        criteria=(("main_road", roads.layer, roads.version, 2.0, "linear:0=1;5000=0"),),
        zone_kind="industrial_cluster",
        on=date(2026, 6, 1),
        min_ha=10.0,
        max_ha=40.0,
        cell_m=50.0,
        count=4,
    )


@pytest.fixture(scope="module")
def found(question):
    return answer_candidates(question)


@pytest.fixture
def book(base, question, found):
    """A book whose run is fresh: every test has a question of its own by its seed."""
    fresh = replace(question, seed=len(Runs(base).listed()) + 1000)
    return DecisionBook(base, fresh, found)


def shrunk(found, site, size=0.8):
    return shapely.affinity.scale(found.sites.geometry[site], size, size)


def test_decisions_outlive_the_session(base, book, found):
    first, second, third = list(found.sites.index)[:3]
    assert book.run is None
    book.tick([first, second])
    book.decide(third, "dropped", "đã có chủ đầu tư")
    book.redraw(first, shrunk(found, first))
    again = DecisionBook(base, book.question, found)
    told = again.answer()
    assert set(chosen_sites(told)) == {first, second}
    assert told.decisions.rows.loc[third, "reason"] == "đã có chủ đầu tư"
    assert told.sites.geometry[first].equals(shrunk(found, first))
    judged = {row["site"]: row for row in again.run.extra["sites"]}
    assert judged[first]["area_ha"] == pytest.approx(0.64 * found.sites.loc[first, "area_ha"])
    assert again.run.version == 3  # every change is a version of its own
    again.redraw(first, None)
    assert again.answer().sites.geometry[first].equals(found.sites.geometry[first])
    again.tick([])
    assert chosen_sites(again.answer()) == ()
    assert again.answer().decisions.rows.loc[third, "decision"] == "dropped"


def test_the_list_of_runs_has_the_area_of_the_redrawn_boundary(base, book, found):
    first, second = list(found.sites.index)[:2]
    book.tick([second])
    as_found = float(found.sites.area.sum()) / 1e4
    assert Runs(base).open(book.run.id).figures["sites_ha"] == pytest.approx(as_found)
    book.redraw(first, shrunk(found, first))
    lost = 0.36 * found.sites.geometry[first].area / 1e4
    assert Runs(base).open(book.run.id).figures["sites_ha"] == pytest.approx(as_found - lost)
    book.redraw(first, None)
    assert Runs(base).open(book.run.id).figures["sites_ha"] == pytest.approx(as_found)


def test_nothing_is_written_that_says_nothing(book, found):
    site = found.sites.index[0]
    with pytest.raises(QuestionError, match="decision_without_reason"):
        book.decide(site, "dropped", "  ")
    assert book.run is None


def test_two_hands_never_overwrite_one_another(base, book, found):
    first, second = list(found.sites.index)[:2]
    book.tick([first])
    other = DecisionBook(base, book.question, found)
    other.tick([second])
    with pytest.raises(StoreError, match="run_conflict"):
        book.decide(first, "dropped", "ngập")
    assert set(chosen_sites(DecisionBook(base, book.question, found).answer())) == {second}


def test_a_search_asked_again_carries_decisions_over_and_names_what_vanished(book, found):
    first, second = list(found.sites.index)[:2]
    book.tick([first])
    book.decide(second, "dropped", "ngập")
    told, extra, matches = asked_again(book.run, found)
    assert set(matches.set_index("site").loc[[first, second], "how"]) == {"same"}
    assert chosen_sites(told) == (first,)
    assert extra["carried_from"] == book.run.id
    fewer = answer_candidates(replace(book.question, count=1))
    told, extra, matches = asked_again(book.run, fewer)
    gone = matches[matches["how"] == "gone"]["site"].tolist()
    assert len(gone) >= 1
    assert json.loads(json.dumps(extra))["carried"]
    text = matches_table(matches, words("vi")).to_string()
    assert all(site in text for site in gone)


def test_runs_are_compared_as_kept_and_asked_again_alike(base, book, found):
    book.tick(list(found.sites.index)[:1])
    other = replace(book.question, max_ha=25.0)
    plain = Runs(base).keep(other, answer_candidates(other))  # nothing but the question is kept
    assert kept_search(plain.extra) is None
    compared = compared_runs(book.run, plain)
    direct = compare_searches(search_facts(found), search_facts(answer_candidates(other)))
    assert compared.sites.equals(direct.sites)
    assert [r for r in compared.settings.to_numpy().tolist() if r[0] == "max_ha"] == [
        ["max_ha", "", 40.0, 25.0]
    ]


# --- terminal ----------------------------------------------------------------------------------------


def run(*args, code=0):
    done = CliRunner().invoke(main, ["--lang", "vi", *map(str, args)])
    assert "Traceback" not in done.output
    assert done.exit_code == code, done.output
    return done.output


def test_the_terminal_compares_runs_and_files(base, book, found, tmp_path):
    book.tick(list(found.sites.index)[:1])
    other = DecisionBook(
        base, replace(book.question, max_ha=25.0), answer_candidates(replace(book.question, max_ha=25.0))
    )
    other.tick([other.found.sites.index[0]])
    target = tmp_path / "c.json"
    printed = run("runs", "compare", book.run.id, other.run.id, "--workspace", base.folder)
    assert "Thiết lập khác nhau" in printed
    assert "40" in printed
    run("runs", "compare", book.run.id, other.run.id, "--workspace", base.folder, "--json", target)
    content = json.loads(target.read_text(encoding="utf-8"))
    assert {"settings", "sites", "exclusions", "totals"} <= set(content)
    # the answer of the book was asked with another seed than its question has
    assert {row["setting"] for row in content["settings"]} == {"max_ha", "seed"}
    again = run("runs", "again", book.run.id, "--workspace", base.folder, "--save-run", "lại")
    assert "giữ quyết định" in again
    last = Runs(base).listed("candidates")[0]
    assert last.extra["carried_from"] == book.run.id
    assert last.extra["decisions"]


def test_what_is_no_search_is_not_compared(base, tmp_path):
    assert "candidates-999" in run(
        "runs", "compare", "candidates-999", "x.json", "--workspace", base.folder, code=2
    )
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    assert "--json" in run("runs", "compare", tmp_path / "a.json", tmp_path / "a.json", code=2)

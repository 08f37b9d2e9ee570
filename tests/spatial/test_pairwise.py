from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import QuestionError
from spatial.pairwise import CONSISTENT, comparison_matrix, consistency_ratio, worst_contradiction
from spatial.weights import pairwise_weights

NAMES = ["road", "rice", "slope", "port", "flood"]
shares = st.lists(st.floats(0.5, 9.0), min_size=2, max_size=5)


def consistent(values):
    names = NAMES[: len(values)]
    share = np.array(values) / sum(values)
    times = dict(zip(names, share.tolist(), strict=True))
    return names, share, {(a, b): times[a] / times[b] for a, b in itertools.combinations(names, 2)}


@given(shares)
def test_a_consistent_matrix_gives_its_weights_back_and_nothing_contradicts(values):
    names, share, said = consistent(values)
    matrix = comparison_matrix(names, said)
    found = pairwise_weights(names, matrix)
    assert list(found.weights.values()) == pytest.approx(share.tolist(), rel=1e-7)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-7)
    assert worst_contradiction(names, said) is None


@given(shares, st.data())
def test_as_few_comparisons_as_link_all_criteria_are_enough(values, data):
    """A tree of comparisons can't contradict itself, and every other pair follows from it."""
    names, share, said = consistent(values)
    links = {}
    for n in range(1, len(names)):
        other = data.draw(st.integers(0, n - 1))
        links[names[other], names[n]] = said[names[other], names[n]]
    found = pairwise_weights(names, comparison_matrix(names, links))
    assert list(found.weights.values()) == pytest.approx(share.tolist(), rel=1e-6)


@given(shares, st.randoms())
def test_the_order_of_criteria_and_the_side_a_pair_is_said_from_do_not_matter(values, random):
    names, _, said = consistent(values)
    said[names[0], names[1]] *= 3  # contradicts the others where there are any
    first = pairwise_weights(names, comparison_matrix(names, said))
    turned = list(said.items())
    random.shuffle(turned)
    turned = {(b, a) if random.random() < 0.5 else (a, b): (a, b) for (a, b), _ in turned}
    turned = {pair: said[own] if pair == own else 1 / said[own] for pair, own in turned.items()}
    mixed = names[:]
    random.shuffle(mixed)
    again = pairwise_weights(mixed, comparison_matrix(mixed, turned))
    assert again.weights == pytest.approx(first.weights, rel=1e-6)
    assert again.consistency_ratio == pytest.approx(first.consistency_ratio, abs=1e-7)


def test_the_comparison_that_was_turned_round_is_the_one_named():
    names, _, said = consistent([8, 4, 2, 1])
    said["road", "port"] = 1 / 8
    assert pairwise_weights(names, comparison_matrix(names, said)).consistency_ratio > CONSISTENT
    worst = worst_contradiction(names, said)
    assert (worst.first, worst.second, worst.stated) == ("road", "port", 0.125)
    assert worst.implied == pytest.approx(8)  # what all the others agree on


def test_a_pair_that_alone_links_its_criteria_contradicts_nothing():
    assert worst_contradiction(NAMES[:3], {("road", "rice"): 9, ("rice", "slope"): 1 / 9}) is None


def test_pairs_that_nobody_compared_do_not_hide_a_contradiction():
    """A circle of four criteria that goes up threefold at each step, the two other pairs left open."""
    circle = list(itertools.pairwise([*NAMES[:4], NAMES[0]]))
    said = dict.fromkeys(circle, 3.0)
    matrix = comparison_matrix(NAMES[:4], said)
    plain = pairwise_weights(NAMES[:4], matrix).consistency_ratio
    assert consistency_ratio(NAMES[:4], said) == pytest.approx(3 * plain)  # one circle of three is closed
    assert consistency_ratio(NAMES[:4], said) > CONSISTENT


@given(shares)
def test_with_every_pair_compared_the_ratio_is_that_of_the_matrix(values):
    names, _, said = consistent(values)
    said[names[0], names[1]] *= 4
    plain = pairwise_weights(names, comparison_matrix(names, said)).consistency_ratio
    assert consistency_ratio(names, said) == pytest.approx(plain)


def test_random_comparisons_have_a_mean_ratio_near_one_however_many_pairs_are_open():
    """What the ratio is made for: 1 is the nonsense of chance, a second way to the shrunken index."""
    rng, names = np.random.default_rng(5), NAMES[:4]
    pairs = list(itertools.combinations(names, 2))
    steps = [*range(1, 10), *(1 / k for k in range(2, 10))]
    for left_open in (0, 1, 2):
        found = []
        while len(found) < 250:
            kept = rng.permutation(len(pairs))[: len(pairs) - left_open]
            said = {pairs[k]: float(steps[rng.integers(len(steps))]) for k in kept}
            try:
                found.append(consistency_ratio(names, said))
            except QuestionError:  # a criterion that nothing links
                continue
        assert 0.8 < np.mean(found) < 1.2


def test_a_known_table_of_comparisons():
    """Three criteria worked by hand: rows 1, 3, 5 · 1/3, 1, 3 · 1/5, 1/3, 1 have a ratio of 0.033."""
    said = {("road", "rice"): 3, ("road", "slope"): 5, ("rice", "slope"): 3}
    found = pairwise_weights(NAMES[:3], comparison_matrix(NAMES[:3], said))
    assert list(found.weights.values()) == pytest.approx([0.637, 0.258, 0.105], abs=1e-3)
    assert found.consistency_ratio == pytest.approx(0.033, abs=2e-3)


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({("road", "sea"): 2}, "comparison_wrong: found='road:sea=2'"),
        ({("road", "road"): 2}, "comparison_wrong: found='road:road=2'"),
        ({("road", "rice"): 0}, "comparison_wrong: found='road:rice=0'"),
        ({("road", "rice"): float("nan")}, "comparison_wrong"),
        ({("road", "rice"): 2, ("rice", "road"): 2}, "comparison_wrong: found='rice:road=2'"),
        ({("road", "rice"): 2}, r"comparison_missing: found='road, rice \| slope'"),
    ],
)
def test_comparisons_that_say_nothing_are_refused(said, match):
    with pytest.raises(QuestionError, match=match):
        comparison_matrix(NAMES[:3], said)

"""A sample of the confusion table of coordinate systems; the whole of it is in ``make test-hostile``."""

from __future__ import annotations

from collections import Counter

from tests.hostile.run_verdicts import point_answers
from tests.layers.test_verdict import CASES


def test_no_mistake_in_a_province_is_named_wrongly_at_any_number_of_points() -> None:
    seen: Counter[tuple[str, str, int]] = Counter()
    for case, count, known, what in point_answers(every=17):
        assert what != "wrong", (case, count, known)
        seen[known, what, count] += 1
        if known != "nothing" and count > 1:
            assert what == "right", (case, count)
    # each number of points sees each mistake; k0 is no mistake of its own on the meridian of a 6° zone
    for known, count in {(k, c) for k, _, c in seen}:
        asked = sum(n for (k, _, c), n in seen.items() if (k, c) == (known, count))
        assert 2 * len(CASES) - 2 <= asked <= 2 * len(CASES)

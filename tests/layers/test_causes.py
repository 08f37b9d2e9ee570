from __future__ import annotations

import pickle

import pytest

from layers.causes import Cause, cause_of


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (FileNotFoundError(2, "No such file or directory"), "not_there"),
        (PermissionError(13, "Permission denied"), "no_permission"),
        (OSError(28, "No space left on device"), "disk_full"),
        (
            RuntimeError("'a' not recognized as being in a supported file format."),
            "format_not_recognised",
        ),
        (RuntimeError("sqlite3_open failed: unable to open database file"), "not_openable"),
        (ValueError("file is not a database"), "content_damaged"),
    ],
)
def test_known_failures_have_a_name(error: Exception, cause: str) -> None:
    found = cause_of(error)
    assert (found, type(found)) == (cause, Cause)
    assert type(pickle.loads(pickle.dumps(found))) is Cause


def test_an_unknown_failure_is_shown_as_it_is_said() -> None:
    assert cause_of(ValueError("unclosed token: line 1\nmore")) == "unclosed token: line 1"
    assert cause_of(ValueError()) == "ValueError"
    assert type(cause_of(ValueError("odd"))) is str
    assert len(cause_of(ValueError("x" * 9999))) < 500

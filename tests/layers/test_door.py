"""The frame of the door: errors of libraries become ours, warnings are heard and not printed."""

from __future__ import annotations

import sys
import threading
import warnings
from pathlib import Path

import pytest

from layers._door import hearing, opening, reason, speaking_of
from layers.errors import CrsError, SourceError

FILE = Path("/tmp/tmpx7/khu.gml")


@pytest.mark.parametrize(
    "error", [ValueError, OSError, MemoryError, AssertionError, SystemError, RecursionError, KeyError]
)
def test_whatever_a_library_raises_becomes_one_error_that_names_the_file(error: type[Exception]) -> None:
    with pytest.raises(SourceError, match="source_unreadable") as caught, opening(FILE):
        raise error("bad")
    assert caught.value.fields["path"] == str(FILE)
    assert caught.value.fields["found"] in ("bad", "memory", "'bad'", "content_damaged")


def test_errors_of_ours_pass_through() -> None:
    with pytest.raises(CrsError, match="crs_missing"), opening(FILE):
        raise CrsError("crs_missing")


def test_an_interruption_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^$"), opening(FILE):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "/opt/gdal/src/ogr/dxf.cpp, 1942: error at line 5 of /tmp/tmpx7/khu.gml",
            "error at line 5 of khu.gml",
        ),
        ("first\nsecond", "first"),
        ("", "ValueError"),
        (
            "'/tmp/tmpx7/khu.gml' not recognized; It might help to specify the driver",
            "'khu.gml' not recognized",
        ),
        ("x" * 500, "x" * 239 + "…"),
    ],
)
def test_what_a_library_says_is_kept_without_folders(said: str, kept: str) -> None:
    assert reason(ValueError(said), FILE) == kept


def test_an_error_about_a_copy_speaks_of_the_file_that_was_given() -> None:
    names = {Path("/tmp/x/khu.gpkg"): "goi.zip/ranh/khu.gpkg", Path("/tmp/x"): "goi.zip"}
    with (
        pytest.raises(SourceError, match=r"no_layers: path='goi.zip/ranh/khu.gpkg', part='goi.zip/lô.dbf'"),
        speaking_of(names),
    ):
        raise SourceError("no_layers", path="/tmp/x/khu.gpkg", part="/tmp/x/lô.dbf")
    with pytest.raises(SourceError, match=r"^layer_missing: layer='a'$"), speaking_of(names):
        raise SourceError("layer_missing", layer="a")


def test_warnings_are_heard_once_each_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with hearing() as said:
        for text in ("one", "two", "one"):
            warnings.warn(text, RuntimeWarning, stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert said == ["one", "two"]
    assert capsys.readouterr().err == ""


def test_threads_that_listen_at_once_leave_the_filters_as_they_were() -> None:
    before = list(warnings.filters)
    heard: dict[int, list[str]] = {}

    def listen(number: int) -> None:
        for _ in range(20):
            with hearing() as said:
                warnings.warn(str(number), RuntimeWarning, stacklevel=1)
            heard.setdefault(number, []).extend(said)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=listen, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert heard == {i: [str(i)] * 20 for i in range(4)}
    assert list(warnings.filters) == before

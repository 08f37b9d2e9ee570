"""Parquet that lies of its size: counted by its pages, never unpacked beside other people's work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import layers._parquet_pages as pages
from layers import guarded_read
from layers.chunks import read_chunks
from layers.errors import SourceError, StoreError
from layers.guard import Limits
from layers.provenance import file_hash
from tests.hostile.parquets import understated, vast_page
from tests.layers.formats import small_layer

if TYPE_CHECKING:
    from pathlib import Path

    from layers import Workspace

VAST = 40_000_000


def written(table: pa.Table, **options: Any) -> pa.Buffer:
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd", **options)
    return out.getvalue()


@given(
    st.lists(st.text(max_size=30) | st.none(), max_size=60),
    st.sampled_from(["1.0", "2.0"]),
    st.booleans(),
    st.integers(1, 40),
)
def test_pages_hold_what_an_honest_end_says(texts, version, by_dictionary, rows) -> None:
    table = pa.table({"t": pa.array(texts, pa.string()), "n": pa.array(range(len(texts)), pa.int64())})
    buffer = written(table, data_page_version=version, use_dictionary=by_dictionary, row_group_size=rows)
    meta = pq.ParquetFile(pa.BufferReader(buffer)).metadata
    groups = [meta.row_group(n) for n in range(meta.num_row_groups)]
    found = [page for chunk, _ in pages._chunks(meta) for page in pages._pages(pages._plain(buffer), chunk)]
    # the end counts the headers as well
    assert sum(page.unpacked for page in found) <= sum(group.total_byte_size for group in groups)
    assert sum(page.values for page in found if not page.dictionary) == len(texts) * 2
    assert pages.value_bytes(buffer, 1 << 40) >= sum(len(t.encode()) for t in texts if t)


def test_one_value_in_many_rows_is_counted_in_each() -> None:
    many = pa.DictionaryArray.from_arrays(np.zeros(5_000, np.int32), pa.array(["x" * 10_000]))
    buffer = written(pa.table({"t": many}))
    assert len(buffer) < 3_000
    assert pages.page_bytes(buffer, 1 << 40) < 100_000
    assert pages.value_bytes(buffer, 10_000_000) > 10_000_000


def test_a_file_that_denies_a_vast_page_is_told_by_the_page(tmp_path: Path, monkeypatch) -> None:
    path = vast_page(tmp_path / "a.parquet", VAST)
    assert path.stat().st_size < 20_000
    assert pq.ParquetFile(path).metadata.row_group(0).total_byte_size == 64
    monkeypatch.setattr(pages, "_GRANTED", VAST // 2)
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("was unpacked"))
    with pytest.raises(ValueError, match="size"):
        pages.check_parquet(path)


def test_what_is_sound_is_counted_to_the_byte() -> None:
    table = pa.table({"n": pa.array(range(100), pa.int64()), "f": pa.array([0.5] * 100)})
    buffer = written(table, use_dictionary=False)
    # each page has its levels before its 100 numbers: four bytes for their length, three for a run
    assert pages.page_bytes(buffer, 1 << 40) == 2 * (100 * 8 + 7)


def test_a_spoilt_header_is_refused_or_counted_for_what_arrow_unpacks() -> None:
    sound = bytes(written(pa.table({"t": [f"{n:040}" for n in range(100)]}), use_dictionary=False))
    end = int.from_bytes(sound[-8:-4], "little")
    read = refused = 0
    for at in range(4, len(sound) - 8 - end):
        for spoilt in (sound[at] ^ 0xFF, sound[at] ^ 1, 0, 0x19):
            content = pa.py_buffer(sound[:at] + bytes([spoilt]) + sound[at + 1 :])
            try:
                counted = max(pages.page_bytes(content, 1 << 40), pages.value_bytes(content, 1 << 40))
            except (ValueError, OSError, pa.ArrowException):
                refused += 1
                continue
            try:
                texts = pq.read_table(pa.BufferReader(content))["t"].cast(pa.binary())
            except (OSError, pa.ArrowException):
                continue
            read += 1
            assert counted >= pa.compute.sum(pa.compute.binary_length(texts)).as_py()
    assert read > 10
    assert refused > 10


def test_columns_that_share_their_pages_are_refused(monkeypatch) -> None:
    buffer = written(pa.table({"n": range(2_000)}), use_dictionary=False)
    once = list(pages._chunks(pq.ParquetFile(pa.BufferReader(buffer)).metadata))
    assert pages.page_bytes(buffer, 1 << 40) > 16_000
    monkeypatch.setattr(pages, "_chunks", lambda _: once * 3)
    with pytest.raises(ValueError, match="pages"):
        pages.page_bytes(buffer, 1 << 40)


@given(st.binary(max_size=200))
def test_any_bytes_for_pages_end(junk: bytes) -> None:
    content = bytearray(written(pa.table({"n": range(300)}), use_dictionary=False))
    content[4 : 4 + len(junk)] = junk
    try:
        assert pages.page_bytes(pa.py_buffer(bytes(content)), 1 << 40) >= 300 * 8
    except ValueError as error:
        assert str(error) in ("page", "header", "pages")  # noqa: PT017 - or what was there is sound


def test_a_version_that_unpacks_beyond_all_measure_is_damaged(workspace: Workspace, monkeypatch) -> None:
    from layers import read_layer

    monkeypatch.setattr(pages, "_GRANTED", VAST // 2)
    small = workspace.folder / "lot.gpkg"
    small_layer().to_file(small, index=False)
    done = workspace.save(read_layer(str(small), "industrial_park", name="lô").layer, expected=None)
    assert len(workspace.load("lô").frame) == done.rows
    path = workspace.folder / "versions" / done.file
    honest = pq.read_table(path)
    vast_page(path, VAST, beside=honest)
    with workspace._catalogue._transaction() as base:
        base.execute("update versions set sha256 = ?", (file_hash(path),))
    monkeypatch.setattr(pq, "read_table", lambda *_, **__: pytest.fail("was unpacked"))
    for ask in (
        lambda: workspace.load("lô"),
        lambda: workspace.attributes("lô", most=5),
        lambda: workspace.facts("lô", None, 0),
    ):
        with pytest.raises(StoreError, match="version_damaged"):
            ask()


def test_an_upload_that_lies_of_its_size_ends_with_its_reader(tmp_path: Path) -> None:
    frame = small_layer()
    frame.to_parquet(tmp_path / "lot.parquet")
    honest = pq.read_table(tmp_path / "lot.parquet")
    path = vast_page(tmp_path / "lot.parquet", VAST * 10, beside=honest)
    assert path.stat().st_size < 200_000
    with pytest.raises(SourceError, match="reading_out_of_memory|reading_crashed"):
        guarded_read(str(path), "industrial_park", limits=Limits(memory_mb=300, seconds=60))


def test_a_size_that_is_understated_is_read_as_it_was(tmp_path: Path) -> None:
    table = pa.table({"t": ["abc"] * 500})
    content = understated(written(table).to_pybytes(), says=2)
    assert pq.read_table(pa.BufferReader(content)).equals(table)


def test_what_could_not_be_read_again_is_not_saved(workspace: Workspace, monkeypatch) -> None:
    from layers import read_layer

    small = workspace.folder / "lot.gpkg"
    small_layer().to_file(small, index=False)
    layer = read_layer(str(small), "industrial_park", name="lô").layer
    done = workspace.save(layer, expected=None)
    many = pd.concat([layer.frame] * 3_000).set_index(np.arange(3_000 * len(layer.frame)).astype(str))
    larger = replace(layer, frame=many.assign(note="x" * 1_000))
    monkeypatch.setattr(pages, "_GRANTED", 2_000_000)
    with pytest.raises(StoreError, match="version_too_large"):
        workspace.save(larger, expected=done.version)
    assert [file.name for file in (workspace.folder / "versions").iterdir()] == [done.file]
    assert workspace.version("lô").version == done.version
    assert len(workspace.load("lô").frame) == done.rows
    monkeypatch.setattr(pages, "_GRANTED", 1 << 30)
    workspace.save(larger, expected=done.version)
    assert len(workspace.load("lô").frame) == len(many)


@given(st.lists(st.text(max_size=40) | st.none(), min_size=1, max_size=40), st.sampled_from(["zstd", "none"]))
def test_a_dictionary_counts_for_its_longest_value(texts, compression) -> None:
    out = pa.BufferOutputStream()
    pq.write_table(pa.table({"t": pa.array(texts * 50, pa.string())}), out, compression=compression)
    buffer = out.getvalue()
    lengths = [len(text.encode()) for text in texts if text is not None]
    exact = 50 * sum(lengths)
    chunk = pq.ParquetFile(pa.BufferReader(buffer)).metadata.row_group(0).column(0)
    closely = pages._repeated(pages._plain(buffer), chunk, pages._Longest())
    assert closely == 50 * len(texts) * max(lengths, default=0)
    assert exact <= closely <= pages._repeated(pages._plain(buffer), chunk, pages._whole_page)


def test_most_layers_are_not_counted_row_by_row(monkeypatch) -> None:
    table = pa.table({"t": [f"Thửa số {n % 4_000}" for n in range(20_000)]})
    buffer = written(table)
    monkeypatch.setattr(pages, "_in_rows", lambda _: pytest.fail("was unpacked"))
    assert pages.value_bytes(buffer, 1_000_000) <= 1_000_000


def test_a_check_maps_the_file_and_does_not_read_it_whole(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(written(pa.table({"n": range(100)})).to_pybytes())
    monkeypatch.setattr(type(path), "read_bytes", lambda _: pytest.fail("was read whole"))
    pages.check_parquet(path)


def test_a_file_that_denies_a_vast_page_is_not_read_in_chunks_either(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "lot.parquet"
    small_layer().to_parquet(path)
    assert len(next(read_chunks(path)))
    vast_page(path, VAST // 8, beside=pq.read_table(path))
    monkeypatch.setattr(pages, "_GRANTED", VAST // 16)
    with pytest.raises(SourceError, match="source_unreadable"):
        next(read_chunks(path))

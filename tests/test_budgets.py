"""The limits of the house, held by a test: sizes, names, docstrings, examples."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [*(f for d in ("layers", "spatial", "maps") for f in (ROOT / d).rglob("*.py")), ROOT / "app.py"]
CODE = [f for f in FILES if "_data" not in f.parts]
NAMES = [str(f.relative_to(ROOT)) for f in CODE]


def tree(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def functions(file):
    return [n for n in ast.walk(tree(file)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(node):
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno - body[0].lineno + 1) if body else 0


@pytest.mark.parametrize("file", CODE, ids=NAMES)
def test_no_module_is_longer_than_400_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("file", CODE, ids=NAMES)
def test_no_function_body_is_longer_than_50_lines(file):
    assert [(f.name, body_lines(f)) for f in functions(file) if body_lines(f) > 50] == []


@pytest.mark.parametrize("file", CODE, ids=NAMES)
def test_no_function_takes_more_than_6_arguments(file):
    def count(node):
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        return len([a for a in given if a.arg not in ("self", "cls")])

    assert [(f.name, count(f)) for f in functions(file) if count(f) > 6] == []


def test_functions_are_short_as_a_rule():
    lengths = sorted(body_lines(f) for file in CODE for f in functions(file))
    assert lengths[len(lengths) // 2] <= 10


@pytest.mark.parametrize("file", CODE, ids=NAMES)
def test_nothing_prints_and_nothing_is_called_utils(file):
    assert file.stem not in ("utils", "common", "helpers", "misc")
    calls = [
        n for n in ast.walk(tree(file)) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"
    ]
    assert calls == []


def public(file):
    for node in tree(file).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")
                )


def is_public(file):
    return not any(part.startswith("_") and part != "__init__.py" for part in file.relative_to(ROOT).parts)


@pytest.mark.parametrize(
    "file",
    [f for f in CODE if is_public(f)],
    ids=[n for f, n in zip(CODE, NAMES, strict=True) if is_public(f)],
)
def test_what_is_public_is_documented(file):
    assert [n.name for n in public(file) if not ast.get_docstring(n)] == []


@pytest.mark.parametrize(
    "file", [f for f in CODE if f.parent.name == "spatial" and is_public(f)], ids=lambda f: f.name
)
def test_public_functions_of_spatial_have_an_example_that_runs(file):
    plain = [n for n in tree(file).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
    assert [n.name for n in plain if ">>>" not in (ast.get_docstring(n) or "")] == []


@pytest.mark.parametrize("file", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda f: f.stem)
def test_every_expected_error_is_matched_by_its_message(file):
    bare = [
        n.lineno
        for n in ast.walk(tree(file))
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "raises"
        and not any(k.arg == "match" for k in n.keywords)
        and getattr(n.args[0], "id", "") not in ("KeyboardInterrupt", "SystemExit")
    ]
    assert bare == []


def test_the_project_speaks_of_itself_alone():
    """No path or host of a machine that it was made on."""
    shipped = [
        *CODE,
        *(ROOT / "tools").rglob("*.py"),
        *(ROOT / "assets").glob("*.json"),
        *ROOT.glob("*.md"),
        *ROOT.glob("*.toml"),
    ]
    found = [
        (str(f.relative_to(ROOT)), line)
        for f in shipped
        for line in f.read_text(encoding="utf-8").splitlines()
        if re.search(r"/(?:work|root|home)/\w|localhost:\d{4}/simple|/opt/", line)
    ]
    assert found == []

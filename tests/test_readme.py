"""What the README shows works as it stands there: its commands, its snippet, its targets."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from maps.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for line in README.splitlines() if line.startswith("thocong ")]


@pytest.fixture
def beside_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_run_in_the_order_shown(beside_data: Path) -> None:
    seen = set()
    for line in COMMANDS:
        command, *rest = shlex.split(line)[1:]
        seen.add(command)
        asked = ["--help"] if command == "serve" else rest
        result = CliRunner().invoke(main, [command, *asked])
        # the sample clusters do run into homes: exit code 1 is the answer
        expected = 1 if command == "conflicts" and "--exit-zero" not in rest else 0
        assert result.exit_code == expected, f"{line}\n{result.output}"
    assert seen == {
        "absorption",
        "change",
        "check",
        "compare",
        "conflicts",
        "distances",
        "workspace",
        "export",
        "import",
        "doctor",
        "serve",
    }
    assert {path.name for path in beside_data.iterdir()} >= {
        "ketqua.gpkg",
        "bando.html",
        "cum.kml",
        "khoangcach.xlsx",
        "sosanh.xlsx",
        "chuchuyen.xlsx",
        "hapthu.xlsx",
        "truong.xlsx",
    }


def test_options_of_serve_that_the_readme_names_exist() -> None:
    shown = CliRunner().invoke(main, ["serve", "--help"]).output
    named = {
        word for line in README.splitlines() if "serve" in line for word in re.findall(r"--[a-z-]+", line)
    }
    assert named
    assert all(option in shown for option in named)


def test_snippet_runs(beside_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snippet = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert snippet
    names: dict[str, Any] = {}
    exec(compile(snippet.group(1), "README.md", "exec"), names)
    assert set(names["tra_loi"].rows["state"]) >= {"blocks", "needs_consent", "clear"}
    assert "CCN-01" in capsys.readouterr().out


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make (\w+)", README)) <= targets

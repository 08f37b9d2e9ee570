from __future__ import annotations

import pytest

from layers import Workspace
from layers.workspaces import beside, free_folder, workspaces_beside


@pytest.fixture
def home(tmp_path):
    for name in ("một", "hai"):
        Workspace.create(tmp_path / "home" / name, crs=5897)
    (tmp_path / "home" / "ảnh").mkdir()
    Workspace.create(tmp_path / "elsewhere", crs=5897)
    return tmp_path / "home"


def test_only_folders_with_a_catalogue_are_workspaces(home):
    assert [f.name for f in workspaces_beside(home / "một")] == ["hai", "một"]


@pytest.mark.parametrize("name", ["../elsewhere", "..", "", "ảnh", "không có", "/etc", "một/../hai"])
def test_a_name_never_leads_out_of_the_home(home, name):
    assert beside(home / "một", name) is None


def test_a_workspace_is_found_by_its_name(home):
    assert beside(home / "một", "hai") == home / "hai"


def test_a_new_folder_is_never_one_that_is_there(home):
    Workspace.create(home / "dan-phuong", crs=5897)
    assert free_folder(home / "một", "Đan Phượng").name == "dan-phuong-2"
    assert free_folder(home / "một", "../..").parent == home
    assert free_folder(home / "một", "///").name == "workspace"


def test_a_home_that_is_not_there_has_no_workspaces(tmp_path):
    assert workspaces_beside(tmp_path / "no" / "such") == []

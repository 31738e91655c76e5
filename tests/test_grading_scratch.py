"""Scratch folders are counted, and go, whatever a submission has made of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from course_utils.grading.scratch import TOO_DEEP, remove, size_of


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "scratch"
    made.mkdir()
    return made


def nest(folder: Path, levels: int) -> None:
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(levels):
            os.mkdir("d" * 20)  # noqa: PTH102  (a path of this length could not be given)
            os.chdir("d" * 20)
        Path("file").write_text("x")
    finally:
        os.chdir(here)


def test_everything_counts_also_what_is_empty(folder):
    assert size_of(folder) == 0
    (folder / "big").write_bytes(bytes(10_000))
    (folder / "empty").touch()
    (folder / "inner").mkdir()
    (folder / "inner" / "small").write_text("x")
    (folder / "link").symlink_to("/usr/lib")
    own = max(4096, (folder / "inner").stat().st_size)
    assert size_of(folder) == 10_000 + 3 * 4096 + own


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="needs open folders")
def test_folders_deeper_than_recursion_and_paths_are_counted_and_go(folder):
    nest(folder, 64)
    assert size_of(folder) < 1 << 20
    remove(folder)
    folder.mkdir()
    nest(folder, 1200)
    assert size_of(folder) == TOO_DEEP
    with pytest.raises((RecursionError, OSError)):  # why it is not left to the library
        shutil.rmtree(folder)
    remove(folder)
    assert not folder.exists()


def test_all_kinds_of_things_go_and_what_links_point_to_stays(folder, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("stays")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "dangling").symlink_to("nowhere")
    for name in ("a", "b", "odd \udcff"):
        (folder / name / "inner" / name).mkdir(parents=True)
        (folder / name / "inner" / "file").write_text("x")
    os.mkfifo(folder / "pipe")
    remove(folder)
    assert not folder.exists()
    assert (tmp_path / "outside" / "file").read_text() == "stays"
    remove(folder)  # gone already


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs users")
def test_who_takes_his_own_rights_away_keeps_nothing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("x") / "scratch"
    root = os.geteuid() == 0
    (folder / "closed" / "inner").mkdir(parents=True)
    (folder / "closed" / "inner" / "file").touch()
    places = [folder / "closed" / "inner" / "file", folder / "closed" / "inner", folder / "closed"]
    if root:  # for whom no rights hold
        for place in (*places, folder, folder.parent):
            os.chown(place, 65534, 65534)
        opened = os.open(folder.parent, os.O_RDONLY)
        here = Path.cwd()
        os.fchdir(opened)
        os.seteuid(65534)
    try:
        inside = Path("scratch") if root else folder
        for part in ("closed/inner", "closed", "."):
            (inside / part).chmod(0)
        shutil.rmtree(inside, ignore_errors=True)
        assert inside.exists()
        remove(inside)
        assert not inside.exists()
    finally:
        if root:
            os.seteuid(0)
            os.chdir(here)
            os.close(opened)

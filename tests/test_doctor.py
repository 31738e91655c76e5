"""The doctor on healthy and on ailing machines; the command line around it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from course_utils import __main__ as command_line
from course_utils import doctor
from course_utils.doctor import Finding

ROOT = Path(__file__).resolve().parents[1]
LOCK = {"numpy": "2.4.6", "torch": "2.13.0"}


def healthy_python(version=(3, 12, 1), system="Linux", machine="x86_64", bits=64) -> Finding:
    return doctor.check_python(version, system=system, machine=machine, bits=bits)


class TestPython:
    def test_oldest_allowed_is_fine(self):
        assert healthy_python((3, 11, 0)).status == "ok"

    def test_older_is_refused_with_the_version_to_install(self):
        finding = healthy_python((3, 10, 13))
        assert finding.status == "problem"
        assert "3.10.13" in finding.text
        assert "3.11" in finding.cure

    def test_32_bits_are_refused(self):
        finding = healthy_python(bits=32)
        assert (finding.status, "64-bit" in finding.cure) == ("problem", True)

    @pytest.mark.parametrize(("machine", "status"), [("x86_64", "problem"), ("arm64", "ok")])
    def test_only_apple_silicon_among_macs(self, machine, status):
        assert healthy_python(system="Darwin", machine=machine).status == status

    def test_agrees_with_pyproject(self):
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        assert f'requires-python = ">={".".join(map(str, doctor.OLDEST_PYTHON))}"' in text


class TestPackages:
    def test_as_tested(self):
        assert doctor.check_packages(LOCK, dict(LOCK).get).status == "ok"

    def test_a_build_for_another_device_is_the_same_version(self):
        found = {**LOCK, "torch": "2.13.0+cu130"}
        assert doctor.check_packages(LOCK, found.get).status == "ok"

    def test_missing_package_is_named(self):
        finding = doctor.check_packages(LOCK, {"torch": "2.13.0"}.get)
        assert finding.status == "problem"
        assert finding.text == "1 of 2 missing: numpy"
        assert "make lab" in finding.cure

    def test_other_version_is_shown_beside_the_tested_one(self):
        finding = doctor.check_packages(LOCK, {**LOCK, "numpy": "2.4.5"}.get)
        assert finding.status == "look"
        assert "numpy 2.4.5 (tested: 2.4.6)" in finding.text

    def test_a_package_that_another_version_does_without_is_no_problem(self):
        finding = doctor.check_packages(LOCK, {"torch": "2.13.0"}.get, needed={"torch"})
        assert (finding.status, "no numpy" in finding.text) == ("look", True)

    def test_what_is_needed_is_read_from_pyproject(self):
        names = {text.partition(">=")[0] for text in doctor.read_ranges(ROOT / "pyproject.toml")}
        assert {"torch", "numpy", "jupyterlab"} <= names
        assert names <= set(doctor.read_lock(ROOT / "requirements.txt"))

    def test_this_environment_is_inside_its_ranges(self):
        assert doctor.check_ranges(doctor.read_ranges(ROOT / "pyproject.toml")).status == "ok"

    def test_outside_the_ranges_is_a_problem_in_a_checkout_too(self, tmp_path):
        version = torch.__version__.split("+")[0]
        (tmp_path / "requirements.txt").write_text(f"torch=={version}\n")
        (tmp_path / "pyproject.toml").write_text(
            '[project]\ndependencies = ["torch>=99"]\noptional-dependencies.lab = []\n'
        )
        assert doctor.examine(tmp_path)[1].status == "ok"
        (tmp_path / "requirements.txt").write_text("torch==99.1\n")
        finding = doctor.examine(tmp_path)[1]
        assert (finding.status, "needed: >=99" in finding.text) == ("problem", True)

    def test_many_are_summed_up(self):
        lock = {f"package{n}": "1" for n in range(9)}
        assert doctor.check_packages(lock, {}.get).text.endswith("package3 and 5 more")

    def test_lock_leaves_out_other_systems(self, tmp_path):
        path = tmp_path / "requirements.txt"
        other = "win32" if sys.platform != "win32" else "linux"
        path.write_text(
            "# a comment\n"
            "numpy==2.4.6\n"
            f"colorama==0.4.6 ; sys_platform == '{other}'\n"
            f"six==1.17.0 ; sys_platform == '{sys.platform}'\n"
            "-e .[dev]\n"
        )
        assert doctor.read_lock(path) == {"numpy": "2.4.6", "six": "1.17.0"}

    def test_ranges_inside(self):
        found = {"numpy": "2.0.0"}
        wanted = ["numpy>=2.0", "pytest>=8; extra == 'dev'"]
        assert doctor.check_ranges(wanted, found.get).status == "ok"

    def test_ranges_too_old_and_missing(self):
        finding = doctor.check_ranges(["numpy>=2.0", "tqdm>=4"], {"numpy": "1.26"}.get)
        assert finding.status == "problem"
        assert finding.text == "numpy 1.26 (needed: >=2.0), tqdm is missing"
        assert '"numpy>=2.0" "tqdm>=4"' in finding.cure


class TestDevice:
    def test_cpu_computes(self, monkeypatch):
        monkeypatch.setenv("COURSE_DEVICE", "cpu")
        finding = doctor.check_device()
        assert finding.status == "ok"
        assert finding.text.startswith("cpu")
        assert finding.text.endswith("COURSE_DEVICE")

    def test_unknown_device_is_a_problem_with_a_cure(self, monkeypatch):
        monkeypatch.setenv("COURSE_DEVICE", "abacus")
        finding = doctor.check_device()
        assert finding.status == "problem"
        assert "abacus" in finding.text
        assert "COURSE_DEVICE=cpu" in finding.cure

    @pytest.mark.parametrize(
        "error",
        [ModuleNotFoundError("No module named 'torch'"), OSError("c10.dll not found")],
    )
    def test_torch_that_cannot_be_imported(self, monkeypatch, error):
        def refuse(name: str) -> None:
            raise error

        monkeypatch.setattr("importlib.import_module", refuse)
        finding = doctor.check_device()
        assert finding.status == "problem"
        assert str(error) in finding.text
        assert finding.cure

    def test_a_card_that_computes_nonsense(self, monkeypatch):
        monkeypatch.setenv("COURSE_DEVICE", "cpu")
        broken = SimpleNamespace(ones=lambda *shape, device: torch.zeros(*shape))
        finding = doctor.check_device(broken)
        assert (finding.status, "1 + 1 + 1 = 0" in finding.text) == ("problem", True)

    def test_cpu_build_beside_an_nvidia_card(self, monkeypatch):
        monkeypatch.delenv("COURSE_DEVICE", raising=False)
        monkeypatch.setattr("course_utils.runtime.get_device", lambda: torch.device("cpu"))
        monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
        finding = doctor.check_device()
        assert finding.status == "look"
        assert "README.md" in finding.cure


class TestKernel:
    def test_jupyters_own_kernel(self):
        assert doctor.check_kernel(lambda: ["python", "-m", "ipykernel_launcher"]).status == "ok"

    def test_full_path_of_this_environment(self):
        assert doctor.check_kernel(lambda: [sys.executable, "-m", "x"]).status == "ok"

    def test_kernel_of_another_environment(self, tmp_path):
        """An interpreter that links to the same Python is still another environment."""
        for name in ("here", "there"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "python").touch()
        here, there = (str(tmp_path / name / "python") for name in ("here", "there"))
        finding = doctor.check_kernel(lambda: [there, "-m", "x"], python=here)
        assert finding.status == "problem"
        assert there in finding.text
        assert "jupyter kernelspec remove python3" in finding.cure

    def test_without_jupyter(self):
        def missing() -> list[str]:
            raise ModuleNotFoundError("No module named 'jupyter_client'")

        assert doctor.check_kernel(missing).status == "look"

    def test_without_any_kernel(self):
        def missing() -> list[str]:
            raise LookupError("No such kernel named python3")

        finding = doctor.check_kernel(missing)
        assert (finding.status, "ipykernel" in finding.cure) == ("problem", True)

    def test_the_real_one_is_asked(self):
        assert "-f" in doctor.kernel_command()


class TestDataAndDisk:
    def test_bundled_files_are_whole(self):
        assert doctor.check_data().status == "ok"

    def test_damaged_files_are_told_with_their_own_cure(self):
        finding = doctor.check_data(lambda: ["gpa.csv was edited. Bring it back.", "and xor.csv"])
        assert finding.status == "problem"
        assert finding.text == "gpa.csv was edited. Bring it back. (And 1 more.)"

    def test_a_damaged_file_is_found(self, monkeypatch, tmp_path):
        monkeypatch.setattr("course_utils.datasets.files.data_dir", lambda: tmp_path)
        finding = doctor.check_data()
        assert finding.status == "problem"
        assert "missing" in finding.text

    def test_little_room_deserves_a_look(self):
        assert doctor.check_disk(500_000_000).status == "look"
        assert doctor.check_disk(50_000_000_000).status == "ok"


class TestGrader:
    def test_each_layer_is_there_or_has_its_reason(self):
        assert doctor.check_grader(dict).text.endswith("own user, bubblewrap")
        one = doctor.check_grader(lambda: {"own user": "only root", "seccomp": "too old"})
        assert one.text == (
            "sandbox of limits, landlock, bubblewrap; no own user: only root; no seccomp: too old"
        )

    def test_other_systems_are_ready_for_students_all_the_same(self):
        names = ("limits", "landlock", "seccomp", "own user", "bubblewrap")
        mac = doctor.check_grader(lambda: dict.fromkeys(names, "needs Linux"))
        assert mac.status == "ok"
        assert mac.text.startswith("no sandbox for students' code")
        assert mac.text.count("needs Linux") == 1

    def test_whatever_fails_is_a_line(self):
        def broken():
            raise OSError("no /proc")

        assert "OSError: no /proc" in doctor.check_grader(broken).text


class TestReport:
    OK = Finding("ok", "data", "every file is the published one")
    LOOK = Finding("look", "packages", "one differs", "wait.")
    BAD = Finding("problem", "kernel", "another one", "remove it.")

    def test_all_well(self, capsys):
        assert doctor.main([self.OK]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "Ready."

    def test_a_look_does_not_fail(self, capsys):
        assert doctor.main([self.OK, self.LOOK]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "Ready, with 1 to look at."

    def test_a_problem_fails_and_one_cure_is_said_once(self, capsys):
        assert doctor.main([self.BAD, self.LOOK, self.BAD, self.BAD]) == 1
        out = capsys.readouterr().out
        assert out.splitlines()[-1] == "Not ready: 3 problems to solve."
        assert out.count("remove it.") == 2

    def test_every_line_begins_with_its_status(self, capsys):
        doctor.main([self.OK, self.LOOK, self.BAD])
        starts = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
        assert starts == ["ok", "look", "What", "problem", "What", "Not"]


def test_doctor_runs_where_nothing_is_installed():
    """With -S Python sees the standard library only: a report, not a traceback."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from course_utils import doctor; "
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code + "sys.exit(doctor.main())"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.returncode == 1
    assert "No module named 'torch'" in run.stdout
    assert "make lab" in run.stdout


class TestCommandLine:
    def test_unknown_command_is_one_line(self, capsys):
        assert command_line.main(["docter"]) == 2
        captured = capsys.readouterr()
        assert captured.err == "unknown command 'docter'; did you mean 'doctor'?\n"
        assert captured.out == ""

    def test_nothing_near_lists_all(self, capsys):
        assert command_line.main(["qqqq"]) == 2
        assert ", ".join(command_line._COMMANDS) in capsys.readouterr().err

    @pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]])
    def test_help_names_every_command(self, argv, capsys):
        assert command_line.main(argv) == 0
        out = capsys.readouterr().out
        assert {"doctor", "execute", "lint", "sync"} <= set(command_line._COMMANDS)
        assert all(f"\n  {name} " in out for name in command_line._COMMANDS)

    def test_doctor_takes_no_arguments(self, capsys):
        assert command_line.main(["doctor", "--fast"]) == 2
        assert "--fast" in capsys.readouterr().err

    def test_missing_package_points_to_the_doctor(self, monkeypatch, capsys):
        monkeypatch.setitem(sys.modules, "course_utils.notebooks.__main__", None)
        assert command_line.main(["execute"]) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "course_utils doctor" in err

    def test_a_missing_notebook_is_one_line(self, tmp_path, capsys):
        assert command_line.main(["execute", str(tmp_path / "no.ipynb")]) == 1
        captured = capsys.readouterr()
        assert "no.ipynb" in captured.err
        assert "Traceback" not in captured.err

    def test_lint_reaches_the_notebooks_tools(self, tmp_path, capsys):
        assert command_line.main(["lint", str(tmp_path)]) == 0
        assert "0 problems" in capsys.readouterr().out

    def test_sync_reaches_the_notebooks_tools(self, tmp_path, capsys):
        assert command_line.main(["sync", str(tmp_path / "no.ipynb")]) == 1
        assert "no.ipynb" in capsys.readouterr().err

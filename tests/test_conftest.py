"""The rule that an end-to-end test is not skipped where CI=true, tried on a folder of tests of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SKIPS_ITSELF = "import pytest\ndef test_it(): pytest.skip('no nc here')\n"
IS_SKIPPED_WHOLE = "import pytest\npytest.importorskip('no_such_module')\n"
IS_MARKED = (
    "import pytest\n@pytest.mark.e2e\n@pytest.mark.skipif(True, reason='no nc here')\ndef test_it(): pass\n"
)


def outcome(folder: Path, ci: str, *options: str) -> tuple[int, str]:
    """Exit status and output of a pytest on this folder."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]
    argv += ["-c", str(HERE.parent / "setup.cfg"), "--rootdir", str(folder)]
    done = subprocess.run(argv, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "e2e").mkdir()
    shutil.copy(HERE / "conftest.py", tmp_path)
    return tmp_path


def test_a_skipped_end_to_end_test_fails_in_ci_and_there_only(folder: Path) -> None:
    (folder / "e2e" / "test_one.py").write_text(SKIPS_ITSELF)
    (folder / "test_two.py").write_text(IS_MARKED)
    (folder / "test_three.py").write_text(SKIPS_ITSELF)  # not end to end
    status, output = outcome(folder, ci="true")
    assert status == 1
    assert "CI does not allow" in output
    assert "1 failed, 1 skipped, 1 error" in output  # the marked one does not come to its call
    status, output = outcome(folder, ci="")
    assert status == 0
    assert "3 skipped" in output


def test_a_module_that_skips_itself_fails_in_ci(folder: Path) -> None:
    (folder / "e2e" / "test_one.py").write_text(IS_SKIPPED_WHOLE)
    status, output = outcome(folder, ci="true")
    assert status == 2
    assert "CI does not allow" in output


def test_what_lies_in_e2e_is_marked(folder: Path) -> None:
    (folder / "e2e" / "test_one.py").write_text("def test_it(): pass\n")
    (folder / "test_two.py").write_text("def test_it(): pass\n")
    assert "1 passed, 1 deselected" in outcome(folder, "true", "-m", "e2e")[1]

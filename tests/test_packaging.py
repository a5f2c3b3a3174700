"""What is shipped: sdist and wheel from a clean copy, and a virtual environment that has only the wheel."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

CHECKOUT = Path(__file__).parents[1]
NOT_COMMITTED = shutil.ignore_patterns(
    ".*_cache", ".git", ".hypothesis", ".venv", "*.egg-info", "__pycache__", "build", "dist", "dropin.cache"
)


def run(*argv: str | Path, cwd: Path) -> str:
    """What a command prints; fails with it when the command does."""
    # A module path would lend the new environment this checkout, and hide what the wheel lacks.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{argv}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from that sdist."""
    source, out = tmp_path_factory.mktemp("source") / "copy", tmp_path_factory.mktemp("built")
    shutil.copytree(CHECKOUT, source, symlinks=True, ignore=NOT_COMMITTED)
    run(sys.executable, "-m", "build", "--outdir", out, ".", cwd=source)
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new virtual environment in which only the wheel was installed."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    [wheel] = built.glob("*.whl")
    run(folder / "bin" / "pip", "install", "--quiet", wheel, cwd=folder)
    return folder / "bin"


def test_the_wheel_carries_every_module_the_plugins_and_the_static_files(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("chat/**/*.py")}
    plugins = {f"twisted/plugins/{path.name}" for path in CHECKOUT.glob("twisted_plugins/*.py")}
    static = {
        f"chat/static/{page}/{path.name}"
        for page in ("chat", "monitor")
        for path in CHECKOUT.glob(f"static/{page}/*")
    }
    assert "chat/service.py" in modules
    assert "twisted/plugins/chat_plugin.py" in plugins
    assert static
    deploy = {str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("chat/deploy/files/*")}
    assert "chat/deploy/files/twistd-chat.service" in deploy
    assert shipped == modules | plugins | static | deploy | {"chat/py.typed"}


def test_the_sdist_carries_what_is_needed_to_test_it(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        shipped = {name.partition("/")[2] for name in archive.getnames()}
    tests = {str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("tests/**/*.py")}
    assert "tests/test_packaging.py" in tests
    assert (
        tests | {"LICENSE", "README.md", "CHANGELOG.md", "setup.cfg", "twisted_plugins/chat_plugin.py"}
        <= shipped
    )


def test_an_installed_twistd_lists_the_server(installed: Path, tmp_path: Path) -> None:
    assert "chat " in run(installed / "twistd", "--help", cwd=tmp_path)


def test_an_installed_server_explains_its_options(installed: Path, tmp_path: Path) -> None:
    assert "--listen" in run(installed / "twistd", "chat", "--help", cwd=tmp_path)


def test_the_installed_package_finds_its_static_files(installed: Path, tmp_path: Path) -> None:
    script = (
        "from chat.web.assets import folder; print(*folder('chat').iterdir(), *folder('monitor').iterdir())"
    )
    listed = run(installed / "python", "-c", script, cwd=tmp_path)
    assert "static/chat/index.html" in listed
    assert "static/monitor/index.html" in listed
    assert str(CHECKOUT) not in listed

"""Makes `.venv` with everything in it, from any Python there is; a repeat finds nothing to do and is instant.

Runs on whatever `python3` a machine has, also an old one, so that it can say kindly what is missing: nothing newer than
Python 3.6 may be used here.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "reelwright.stamp"
DECIDING = ("constraints.txt", "pyproject.toml", "setup.py")
OLDEST = (3, 11)
NEWEST = (3, 14)
CACHES = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache")
MADE_HERE = (".venv", "out", "build", "dist", "reelwright.egg-info", *CACHES)

GET_PYTHON = """Reelwright needs Python 3.11 or newer, and this machine has none that I can find.
  Debian, Ubuntu   sudo apt install python3 python3-venv
  macOS            brew install python@3.13       (or the installer from python.org)
  Windows          winget install Python.Python.3.13
Then run the same command again. A Python in an unusual place: make PYTHON=/path/to/python3"""

GET_VENV = """This Python cannot make virtual environments: its `venv` or `ensurepip` part is not installed.
  Debian, Ubuntu   sudo apt install python3-venv
Then run the same command again."""


def main(arguments):
    if "--help-targets" in arguments:
        return show_targets()
    if "--clean" in arguments:
        return clean()
    wanted = stamp()
    if STAMP.exists() and STAMP.read_text() == wanted and venv_python().exists():
        return 0
    if not works(str(venv_python())):
        make_venv()
    print("Installing what constraints.txt lists (the first time takes some minutes) ...", flush=True)
    pip("install", "--require-hashes", "-r", str(ROOT / "constraints.txt"))
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    new = STAMP.with_suffix(".new")
    new.write_text(wanted)
    new.replace(STAMP)
    print(f"Ready: {VENV.name}")
    return 0


def stamp():
    """What the environment is made from; another one means that it has to be brought up to date."""
    digest = hashlib.sha256()
    for name in DECIDING:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def venv_python():
    windows = VENV / "Scripts"
    return windows / "python.exe" if windows.is_dir() else VENV / "bin" / "python"


def make_venv():
    python = find_python()
    if VENV.is_dir():
        print("The environment in .venv does not work any more and is made anew.")
        shutil.rmtree(str(VENV))
    print(f"Making .venv with {' '.join(python)} ...", flush=True)
    if subprocess.call([*python, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL) != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        sys.exit(GET_VENV)


def find_python():
    """A usable Python as a command: the one running this, else the newest on PATH or in the Windows launcher."""
    if sys.version_info[:2] >= OLDEST:
        return [sys.executable]
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for command in ([f"python3.{minor}"], ["py", f"-3.{minor}"]):
            if shutil.which(command[0]) and works(*command):
                return command
    sys.exit(GET_PYTHON)


def works(*command):
    """Whether that starts a Python of a version we can use."""
    check = f"import sys; sys.exit(sys.version_info[:2] < {OLDEST})"
    try:
        return subprocess.call([*command, "-c", check], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def pip(verb, *arguments):
    python = str(venv_python())
    if subprocess.call([python, "-m", "ensurepip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) != 0:
        sys.exit(GET_VENV)
    quiet = ("-q", "--disable-pip-version-check", "--no-input")
    calm = {**os.environ, "PYTHONWARNINGS": "ignore"}
    if subprocess.call([python, "-m", "pip", verb, *quiet, *arguments], env=calm) != 0:
        sys.exit(
            "The packages could not be installed; pip's own words are above. Most often the network is the reason:\n"
            "run the same command again, what was downloaded is kept."
        )


def show_targets():
    print("make TARGET, where TARGET is one of:")
    for line in (ROOT / "Makefile").read_text().splitlines():
        target = re.match(r"([a-z]+):.*## (.*)", line)
        if target:
            print(f"  {target.group(1):9} {target.group(2)}")
    return 0


def clean():
    for name in MADE_HERE:
        if (ROOT / name).is_dir():
            print(f"Removing {name}")
            shutil.rmtree(str(ROOT / name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Make `.venv` and install what constraints.txt pins. Run by make with any Python ≥ 3.11; needs nothing else.

Usage: bootstrap.py [--system]. With --system, on Debian or Ubuntu as root, the packages Qt wants are installed too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "installed.txt"

SYSTEM_PACKAGES = ("libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0")
"""What PySide6's wheels expect of a Debian or Ubuntu system, without a screen."""


def main() -> None:
    """Bring `.venv` up to date; a second call does nothing and takes no time."""
    if sys.version_info < (3, 11):
        sys.exit(f"Reelwright needs Python 3.11 or newer; this is {sys.version.split()[0]}. Set PYTHON=… for make.")
    if "--system" in sys.argv[1:]:
        install_system_packages()
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and PYTHON.exists():
        return
    if not PYTHON.exists():
        print(f"Making {VENV.name} with Python {sys.version.split()[0]} …", flush=True)
        make_venv()
    print("Installing the pinned packages …", flush=True)
    pip("install", "--require-hashes", "-r", str(ROOT / "constraints.txt"))
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    STAMP.write_text(wanted)


def make_venv() -> None:
    """Make the environment, or say what is missing for it."""
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("Python cannot make virtual environments here. On Debian or Ubuntu: apt-get install python3-venv")


def pip(*arguments: str) -> None:
    """Run the environment's pip quietly; its own words are shown when it fails."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The packages could not be installed: see above. Is this machine online?")


def fingerprint() -> str:
    """Of everything that decides what is installed."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("constraints.txt", "pyproject.toml", "setup.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install_system_packages() -> None:
    """On Debian or Ubuntu as root install what is missing; elsewhere say it. Never fails for what is there."""
    if not sys.platform.startswith("linux"):
        return
    if not shutil.which("dpkg-query"):
        print("If Qt does not start here, install EGL, OpenGL, xkbcommon, D-Bus and fontconfig libraries.")
        return
    missing = [name for name in SYSTEM_PACKAGES if not is_installed(name)]
    if not missing:
        return
    if os.geteuid() != 0:
        print(f"These system packages are missing: sudo apt-get install {' '.join(missing)}")
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
        print(f"apt-get could not install {' '.join(missing)}; tests of the window may fail.")


def is_installed(name: str) -> bool:
    """Whether dpkg has the package, under its newer name too (libglib2.0-0 became libglib2.0-0t64)."""
    for each in (name, f"{name}t64"):
        done = subprocess.run(["dpkg-query", "-W", "-f=${Status}", each], capture_output=True, text=True, check=False)
        if "install ok installed" in done.stdout:
            return True
    return False


if __name__ == "__main__":
    main()

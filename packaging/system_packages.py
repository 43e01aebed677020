"""Sees that the system libraries which Qt's offscreen windows load are there, before the tests need them.

On Debian and Ubuntu as root what is missing is installed; elsewhere it is named. With everything there nothing is asked
of the network.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}


def main() -> int:
    if sys.platform != "linux":
        return 0
    missing = [package for library, package in PACKAGES.items() if not loads(library)]
    if not missing:
        return 0
    if shutil.which("apt-get") is None:
        print(f"Install what this system calls {', '.join(missing)}: Qt's tests load them.", file=sys.stderr)
        return 0
    if os.geteuid() != 0:
        print(f"Qt's tests need: sudo apt install {' '.join(missing)}", file=sys.stderr)
        return 0
    print(f"Installing {' '.join(missing)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        if subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL).returncode != 0:
            print(f"apt-get {command[0]} failed; the tests go on without {' '.join(missing)}.", file=sys.stderr)
            return 0
    return 0


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())

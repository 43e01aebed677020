"""Looks at every part that rendering needs, and says what mends what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from renderer.errors import ReelwrightError
from renderer.ffmpeg import find_ffmpeg
from renderer.places import Places, places

ENCODERS = {
    "libx264": "H.264",
    "libx265": "H.265",
    "libsvtav1": "AV1",
    "libvpx-vp9": "VP9",
    "prores_ks": "ProRes",
    "aac": "AAC",
    "libopus": "Opus",
    "libmp3lame": "MP3",
}
"""FFmpeg's names for what the outputs are made with, and what people call them."""

FILTERS = (
    "adelay",
    "afade",
    "aformat",
    "alimiter",
    "aloop",
    "amix",
    "amultiply",
    "apad",
    "aresample",
    "asetpts",
    "astats",
    "atempo",
    "atrim",
    "ebur128",
    "pan",
    "volume",
)
"""What the mix asks of the ffmpeg program."""

LEAST_FREE_BYTES = 2 * 10**9
LEAST_MEMORY_BYTES = 2 * 10**9
REINSTALL = "Run `make install` (or `pip install --force-reinstall {}`)."


class State(Enum):
    """How a part is."""

    FOUND = "found"
    """It is there and works."""
    MISSING = "missing"
    """Rendering needs it and it is not there, or does not work."""
    OPTIONAL = "optional"
    """It is not there; only what it is for cannot be done."""
    WARNING = "warning"
    """It is there, and may bring trouble."""


@dataclass(frozen=True)
class Finding:
    """One part looked at. `remedy` is what to do, empty where nothing need be done."""

    part: str
    state: State
    detail: str
    remedy: str = ""


def examine(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Look at each part in turn. Never raises for a part that is broken: that is what it tells. Takes some seconds."""
    yield _python()
    yield from _pyav()
    yield from _ffmpeg(environment)
    yield _qt()
    yield _playwright()
    yield _package("OpenTimelineIO", "opentimelineio", "exchanging timelines", State.OPTIONAL)
    yield from _folders(places(environment))
    yield from _machine()


def _python() -> Finding:
    detail = f"{platform.python_version()} at {sys.executable}"
    return Finding("Python", State.FOUND, detail)


def _pyav() -> Iterator[Finding]:
    try:
        from renderer.media.encode import available_encoders
        from renderer.media.libraries import library_versions
    except ImportError as error:
        yield Finding("PyAV", State.MISSING, str(error), REINSTALL.format("av"))
        return
    found = available_encoders()
    libraries = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    yield Finding("PyAV", State.FOUND, f"{importlib.metadata.version('av')} with {libraries}")
    for name, means in ENCODERS.items():
        if name in found:
            yield Finding(f"Encoder {means}", State.FOUND, name)
        else:
            yield Finding(f"Encoder {means}", State.MISSING, f"{name} is not in this PyAV", REINSTALL.format("av"))


def _ffmpeg(environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        program = find_ffmpeg(environment)
    except ReelwrightError as error:
        yield Finding("ffmpeg", State.MISSING, error.what, error.action or REINSTALL.format("imageio-ffmpeg"))
        return
    yield Finding("ffmpeg", State.FOUND, f"{program.version} at {program.path} (from {program.source})")
    lacking = sorted(set(FILTERS) - _filters(program.path))
    if lacking:
        remedy = "Unset REELWRIGHT_FFMPEG, or install a full build of ffmpeg."
        yield Finding("ffmpeg filters", State.MISSING, f"without {', '.join(lacking)}", remedy)
    else:
        yield Finding("ffmpeg filters", State.FOUND, f"all {len(FILTERS)} that the mix needs")


def _filters(program: Path) -> set[str]:
    """Names of the filters in that program; none where it does not answer."""
    try:
        told = subprocess.run(
            [program, "-hide_banner", "-filters"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return set()
    rows = (line.split() for line in told.stdout.splitlines())
    return {row[1] for row in rows if len(row) >= 3 and "->" in row[2]}


def _qt() -> Finding:
    finding = _package("Qt", "PySide6-Essentials", "the studio", State.OPTIONAL)
    if finding.detail.startswith("6.12.0") and sys.version_info < (3, 12):
        return Finding(
            "Qt",
            State.WARNING,
            "PySide6 6.12.0 crashes in painting on Python older than 3.12",
            "Run `make install`, which takes 6.11.3, or use Python 3.12.",
        )
    return finding


def _playwright() -> Finding:
    part, purpose = "Browser", "web segments need it"
    if _version("playwright") is None:
        return Finding(part, State.OPTIONAL, f"Playwright is not installed; {purpose}", REINSTALL.format("playwright"))
    browser = next(
        filter(None, (_playwright_browser(), *map(shutil.which, ("chromium", "google-chrome", "chrome")))), ""
    )
    if not browser:
        return Finding(part, State.OPTIONAL, f"none found; {purpose}", "python -m playwright install chromium")
    return Finding(part, State.FOUND, str(browser))


def _playwright_browser() -> str:
    """Newest Chromium that Playwright downloaded; asking Playwright itself would start a server."""
    homes = {
        "darwin": Path.home() / "Library/Caches/ms-playwright",
        "win32": Path(os.environ.get("LOCALAPPDATA", Path.home())) / "ms-playwright",
    }
    told = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    home = Path(told) if told not in ("", "0") else homes.get(sys.platform, Path.home() / ".cache/ms-playwright")
    found = sorted(home.glob("chromium*-*"), key=lambda path: path.name.rpartition("-")[2].zfill(9))
    return str(found[-1]) if found else ""


def _package(part: str, distribution: str, purpose: str, otherwise: State) -> Finding:
    version = _version(distribution)
    if version is None:
        return Finding(part, otherwise, f"not installed; {purpose} needs it", REINSTALL.format(distribution))
    return Finding(part, State.FOUND, version)


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _folders(where: Places) -> Iterator[Finding]:
    for part, folder in (("Cache folder", where.cache), ("Data folder", where.data)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
            free_bytes = shutil.disk_usage(folder).free
        except OSError as error:
            remedy = "Make it writable, or set REELWRIGHT_HOME to a folder that is."
            yield Finding(part, State.MISSING, f"{folder}: {error.strerror or error}", remedy)
            continue
        detail = f"{folder}, {free_bytes / 1e9:.0f} GB free"
        if free_bytes < LEAST_FREE_BYTES:
            yield Finding(part, State.WARNING, detail, "Free some space, or move it with REELWRIGHT_CACHE.")
        else:
            yield Finding(part, State.FOUND, detail)


def _machine() -> Iterator[Finding]:
    import psutil

    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    yield Finding("Processor", State.FOUND, f"{cores} cores, {platform.machine()}")
    memory = psutil.virtual_memory()
    detail = f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB free"
    if memory.total < LEAST_MEMORY_BYTES:
        yield Finding("Memory", State.WARNING, detail, "Render with `--workers 1`.")
    else:
        yield Finding("Memory", State.FOUND, detail)

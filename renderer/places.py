"""The folders this program keeps things in. The one module that knows them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APP = "reelwright"


@dataclass(frozen=True)
class Places:
    """Folders of one user on this machine. None of them need exist yet; whoever writes makes them.

    `data` may not be lost (queue, history), `config` holds what the user chose (settings, presets), `cache` may be
    deleted at any time (parts, probes), `log` holds logs.
    """

    data: Path
    config: Path
    cache: Path
    log: Path

    @property
    def queue(self) -> Path:
        """The database of queue, history and measures."""
        return self.data / "queue.sqlite3"

    @property
    def presets(self) -> Path:
        """The user's own presets, one JSON file each."""
        return self.config / "presets"

    @property
    def parts(self) -> Path:
        """Rendered parts, by digest."""
        return self.cache / "parts"

    @property
    def facts(self) -> Path:
        """What is known about media files, so that each is probed and hashed once."""
        return self.cache / "facts"


def places(environment: Mapping[str, str] = os.environ) -> Places:
    """Where things lie: the platform's folders, or below REELWRIGHT_HOME; REELWRIGHT_CACHE moves the cache alone."""
    home, cache = environment.get("REELWRIGHT_HOME", ""), environment.get("REELWRIGHT_CACHE", "")
    if home:
        root = _absolute(home)
        found = Places(root / "data", root / "config", root / "cache", root / "log")
    else:
        found = _of_the_platform()
    return Places(found.data, found.config, _absolute(cache), found.log) if cache else found


def _of_the_platform() -> Places:
    import platformdirs

    return Places(
        platformdirs.user_data_path(APP, appauthor=False),
        platformdirs.user_config_path(APP, appauthor=False),
        platformdirs.user_cache_path(APP, appauthor=False),
        platformdirs.user_log_path(APP, appauthor=False),
    )


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()

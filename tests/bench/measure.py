"""Run a command as a whole process tree and tell its wall time, CPU time and peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Cost:
    """Of one run: seconds of wall clock, seconds of CPU (user + system, with all children), peak MB of one process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(command: Sequence[str], env: dict[str, str] | None = None) -> Cost:
    """Run to the end; raises CalledProcessError with the output when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False)
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall_s, cpu_s, after.ru_maxrss / 1024)


@dataclass(frozen=True)
class Ratio:
    """Ours over the peer's, medians of paired runs."""

    wall: float
    cpu: float
    ours: Cost
    peer: Cost


def compare(
    ours: Sequence[Sequence[str]], peer: Sequence[Sequence[str]], *, runs: int, before_each: object = None
) -> Ratio:
    """Time ours and the peer's in turn, `runs` times each after nothing else; every list of commands is run in order."""
    pairs = []
    for _ in range(runs):
        if callable(before_each):
            before_each()
        pairs.append((_total(ours), _total(peer)))
    wall = median(mine.wall_s / theirs.wall_s for mine, theirs in pairs)
    cpu = median(mine.cpu_s / theirs.cpu_s for mine, theirs in pairs)
    return Ratio(wall, cpu, pairs[-1][0], pairs[-1][1])


def _total(commands: Sequence[Sequence[str]]) -> Cost:
    costs = [run(command) for command in commands]
    return Cost(sum(c.wall_s for c in costs), sum(c.cpu_s for c in costs), max(c.peak_mb for c in costs))

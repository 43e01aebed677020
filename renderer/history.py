"""What past renders on this machine tell about the next one."""

from __future__ import annotations

from collections.abc import Collection

from renderer.errors import ReelwrightError
from renderer.estimate import Estimate, Measure, estimate
from renderer.places import places
from renderer.plan import RenderPlan


def measures() -> tuple[Measure, ...]:
    """Past measures, the newest first; none where the history cannot be read, because an estimate may be rough."""
    from renderer.jobs.store import JobStore

    if not places().queue.exists():
        return ()
    try:
        with JobStore(places().queue) as store:
            return store.measures()
    except ReelwrightError:
        return ()


def remember(measure: Measure) -> None:
    """Keep what a render took. Raises StoreError where the history cannot be written."""
    from renderer.jobs.store import JobStore

    with JobStore(places().queue) as store:
        store.add_measure(measure)


def expected(plan: RenderPlan, kept: Collection[int], workers: int) -> Estimate:
    """Time and size of a plan whose chunks `kept` are in the cache, by this machine's history."""
    missing = [chunk.index for chunk in plan.chunks if chunk.method == "encode" and chunk.index not in kept]
    return estimate(plan, missing, measures(), workers)

"""Jobs as rows and rows as jobs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, select

from renderer.errors import InputError, UsageError
from renderer.jobs.owner import Owner
from renderer.jobs.schema import jobs
from renderer.jobs.values import Job, JobOutput, JobRequest, State
from renderer.project.model import Project
from renderer.settings import Settings

IN_ORDER = (jobs.c.priority.desc(), jobs.c.position, jobs.c.id)
"""The order live jobs run in."""


def row_of(connection: Connection, job_id: int) -> RowMapping:
    """The row of a job. Raises UsageError where there is none."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one_or_none()
    if row is None:
        raise UsageError(f"There is no job {job_id}.", action="`reelwright queue list` shows those there are.")
    return row


def job_of(row: RowMapping, now: float) -> Job:
    """The job of a row of `jobs`. `now` in seconds since 1970, to tell whether a lease has run out."""
    state = State(row["state"])
    return Job(
        id=row["id"],
        title=row["title"],
        folder=Path(row["folder"]),
        target=Path(row["target"]),
        overwrite=row["overwrite"],
        preset=row["preset"],
        settings=_shown_settings(row["settings"]),
        priority=row["priority"],
        state=state,
        asked=row["asked"],
        interrupted=state == State.RUNNING and is_abandoned(row, now),
        submitted_at=row["submitted_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        phase=row["phase"],
        frames_done=row["frames_done"],
        frames_total=row["frames_total"],
        reused=row["reused"],
        copied=row["copied"],
        encoded=row["encoded"],
        took_s=row["took_s"],
        attempts=row["attempts"],
        outputs=tuple(JobOutput(**output) for output in json.loads(row["outputs"])),
        problem=row["problem"],
        engine=row["engine"],
    )


def is_abandoned(row: RowMapping, now: float) -> bool:
    """Whether the runner of a running job is gone for certain.

    On its own machine the process table tells, at once; elsewhere nothing but a lease that ran out does.
    """
    owner = Owner(row["owner_machine"], row["owner_pid"], row["owner_born"])
    if owner.is_local():
        return not owner.is_alive()
    return bool(row["lease_until"] < now)


def request_of(row: RowMapping) -> JobRequest:
    """The request of a row of `jobs` joined with its snapshot. Raises InputError where this version cannot read it."""
    try:
        project = Project.model_validate_json(row["project"])
        settings = Settings.model_validate_json(row["settings"])
    except ValidationError as error:
        raise InputError(
            f"Job {row['id']} was queued by another version of Reelwright, {row['engine']}.",
            action="Submit the project again.",
        ) from error
    return JobRequest(
        folder=Path(row["folder"]),
        project=project,
        settings=settings,
        target=Path(row["target"]),
        overwrite=row["overwrite"],
        preset=row["preset"],
        digests=json.loads(row["digests"]),
    )


def job_values(request: JobRequest) -> dict[str, Any]:
    """The columns of `jobs` that a request fills."""
    return {
        "title": request.project.title,
        "folder": str(request.folder.absolute()),
        "target": str(request.target.absolute()),
        "overwrite": request.overwrite,
        "preset": request.preset,
        "settings": request.settings.model_dump_json(by_alias=True),
    }


def snapshot_values(request: JobRequest) -> dict[str, Any]:
    """The columns of `snapshots` that a request fills."""
    return {
        "project": request.project.model_dump_json(by_alias=True),
        "digests": json.dumps(dict(request.digests), ensure_ascii=False),
    }


def outputs_json(outputs: tuple[JobOutput, ...]) -> str:
    """What the `outputs` column holds."""
    return json.dumps([dataclasses.asdict(output) for output in outputs], ensure_ascii=False)


def _shown_settings(text: str) -> Settings:
    """Settings for a list, which must not break over a job that another version of the program left behind.

    What this version does not know is left out here; running such a job says so instead.
    """
    data = json.loads(text)
    while True:
        try:
            return Settings.model_validate(data)
        except ValidationError as error:
            unknown = {detail["loc"][0] for detail in error.errors() if detail["loc"]}
            data = {key: value for key, value in data.items() if key not in unknown} if unknown else {}

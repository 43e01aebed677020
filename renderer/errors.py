"""Everything that can go wrong, as facts; `str(error)` says what, where and what to try."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way, found before any work starts.

    `place` is where the user finds it (`project.json: scenes[0].segments[2].clip`, a file, an option),
    `what` says what is wrong, `action` what to do about it. `blocking` is false for a warning.
    """

    place: str
    what: str
    action: str = ""
    blocking: bool = True

    def __str__(self) -> str:
        said = f"{self.place}: {self.what}" if self.place else self.what
        return f"{said} {self.action}" if self.action else said


class ReelwrightError(Exception):
    """Base of all errors meant for a person. `code` names the case for programs and translations."""

    code = "error"

    def __init__(self, what: str, *, place: str = "", action: str = "") -> None:
        self.what = what
        self.place = place
        self.action = action
        super().__init__(str(Problem(place, what, action)))


class UsageError(ReelwrightError):
    """What was asked for cannot be done: a wrong option, name or combination."""

    code = "usage"


class InputError(ReelwrightError):
    """What was given cannot be used. Carries every problem found, not only the first."""

    code = "input"

    def __init__(self, what: str, problems: tuple[Problem, ...] = (), *, place: str = "", action: str = "") -> None:
        self.problems = problems
        super().__init__(what, place=place, action=action)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {problem}" for problem in self.problems)])


class ProjectError(InputError):
    """A project file is missing, unreadable, or not what the format allows."""

    code = "project"


class MediaError(ReelwrightError):
    """A media file is missing, unreadable or broken. `place` names the file."""

    code = "media"


class StoreError(ReelwrightError):
    """The cache, a target folder or another store cannot be read or written."""

    code = "store"


class ToolError(ReelwrightError):
    """A needed program, codec or filter is missing or failed."""

    code = "tool"


class RenderError(ReelwrightError):
    """A render ended without its file. `retryable` is false where trying again cannot help."""

    code = "render"

    def __init__(self, what: str, *, place: str = "", action: str = "", retryable: bool = True) -> None:
        self.retryable = retryable
        super().__init__(what, place=place, action=action)


class InvalidTransition(RuntimeError):
    """An event reached a job in a state that does not allow it: a bug of ours, told with its story."""


class Stopped(Exception):
    """The user stopped the work: an ordinary ending, not a failure."""

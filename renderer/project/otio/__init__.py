"""OpenTimelineIO: timelines of other programs become projects, and projects timelines.

What one side cannot say is told as a note, never dropped in silence; how each part is mapped stands in
docs/decisions/0062-otio-one-flat-timeline.md.
"""

from __future__ import annotations

from renderer.project.otio.door import export_otio, import_otio

__all__ = ["export_otio", "import_otio"]

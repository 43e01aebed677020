"""Qt 6.12.0 crashed on Python older than 3.12 after some thousand calls of `QPainter.setPen`; the pin keeps it away."""

from __future__ import annotations

import os
import subprocess
import sys

PAINTING = """
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen
application = QGuiApplication([])
image = QImage(64, 64, QImage.Format.Format_RGB32)
painter = QPainter(image)
for number in range(20_000):
    painter.setPen(QPen(QColor(number % 256, 0, 0)))
    painter.setPen(QColor(0, number % 256, 0))
    painter.drawLine(0, 0, 63, number % 64)
painter.end()
"""


def test_painting_for_long_does_not_crash_the_qt_that_is_pinned() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}

    painted = subprocess.run([sys.executable, "-c", PAINTING], env=environment, capture_output=True, text=True)

    assert painted.returncode == 0, painted.stderr

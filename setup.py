"""Puts `resources/` into the wheel, where `renderer.resources` finds it. All else is in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithResources(build_py):
    """`resources/` lies at the root of the checkout; an installed package needs it inside the package."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for source, target in self._resources().items():
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        return [*super().get_outputs(include_bytecode), *self._resources().values()]

    def _resources(self) -> dict[str, str]:
        root = Path(__file__).parent / "resources"
        target = Path(self.build_lib) / "renderer" / "_resources"
        files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {str(path): str(target / path.relative_to(root)) for path in sorted(files)}


setup(cmdclass={"build_py": BuildWithResources})

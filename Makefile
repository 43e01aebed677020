# The one door for developers. `make` alone says what there is.

ifeq ($(OS),Windows_NT)
PYTHON ?= py -3
BIN := .venv/Scripts
else
PYTHON ?= $(shell command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3)
BIN := .venv/bin
endif

.PHONY: help install demo test check studio bench lock clean

help:
	@echo "make demo     install everything and render the sample project to out/"
	@echo "make test     install what tests need and run them all"
	@echo "make install  .venv with everything"
	@echo "make check    linters, types, who may import whom"
	@echo "make studio   open the desktop program"
	@echo "make bench    compare with plain ffmpeg, as ratios"
	@echo "make lock     resolve the pinned versions again"
	@echo "make clean    remove what was made"

install:
	@$(PYTHON) packaging/bootstrap.py

demo: install
	@$(BIN)/reelwright render resources/sample -o out/sample.mp4 --overwrite

test:
	@$(PYTHON) packaging/bootstrap.py --system
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

studio: install
	@$(BIN)/reelwright

bench: install
	$(BIN)/python -m tests.bench

lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -q -o constraints.txt

clean:
	@$(PYTHON) -c "import shutil; [shutil.rmtree(p, True) for p in ('.venv', 'out', 'build', 'dist', '.mypy_cache', '.ruff_cache', '.pytest_cache', '.hypothesis')]"

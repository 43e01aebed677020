# Everything a person does with this checkout. `make` alone lists it.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
VENV_BIN := .venv/Scripts
else
PYTHON ?= python3
VENV_BIN := .venv/bin
ifeq ($(shell command -v $(PYTHON) 2>/dev/null || true),)
$(error There is no `$(PYTHON)` on this machine. Install Python 3.11 or newer \
(Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python@3.13), then run make again)
endif
endif
VENV_PYTHON := $(VENV_BIN)/python

DEMO ?= out/sample.mp4
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo test check studio bench lock clean

help: ## Show what can be made
	@$(PYTHON) packaging/bootstrap.py --help-targets

install: ## Make .venv with everything in it
	@$(PYTHON) packaging/bootstrap.py

demo: install ## Render the sample project and say where the film is
	@$(VENV_PYTHON) -m renderer render resources/sample -o $(DEMO) --overwrite

test: install ## Run every check and every test
	@$(VENV_PYTHON) packaging/system_packages.py
	@$(MAKE) --no-print-directory check
	@$(VENV_PYTHON) -m pytest -n $(WORKERS)

check: install ## Lint, format, types and the borders between packages
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check
	@$(VENV_PYTHON) -m mypy
	@$(VENV_BIN)/lint-imports --no-logo

studio: install ## Open the studio
	@$(VENV_PYTHON) -m renderer

bench: install ## Compare with plain ffmpeg on this machine
	@$(VENV_PYTHON) -m tests.bench

lock: install ## Pin the newest allowed versions, with hashes
	@$(VENV_PYTHON) -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade -q -o constraints.txt

clean: ## Remove what was made here: .venv, out, build, caches
	@$(PYTHON) packaging/bootstrap.py --clean

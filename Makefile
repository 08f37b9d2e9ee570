# Thổ Công. Everything happens in a virtual environment of its own; nothing is installed on the system.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKSPACE ?= workspace
PORT ?= 8501

.PHONY: run compiled test test-pages pictures test-random test-hostile lint bench wheel clean

run: $(VENV)/.run  ## install, make the sample workspace, open the app
	$(BIN)/thocong serve --sample --workspace $(WORKSPACE) --port $(PORT)

test: $(VENV)/.test  ## install, then the tests with their doctests; of the pages, the main journeys
	$(BIN)/python -m pytest -n auto -m "not pages"

compiled: $(VENV)/.test  ## the kernels compiled once, for all processes that would each do it
	$(BIN)/python -c "from spatial import warm_engine; warm_engine(cells=True)"

test-pages: $(VENV)/.test  ## every test of the pages in a real browser
	$(BIN)/python -m pytest tests/browser

pictures: $(VENV)/.test  ## every page in every state that matters, in both languages, as pictures in pictures/
	THOCONG_SCREENS=$(CURDIR)/pictures $(BIN)/python -m pytest -n 0 tests/browser/test_pictures.py

test-random: $(VENV)/.test  ## the property tests with examples drawn anew, five times as many
	THOCONG_EXPLORE=1 $(BIN)/python -m pytest -n auto -m hypothesis

test-hostile: $(VENV)/.test  ## thousands of damaged, hostile and odd files through the guarded door; saves killed, raced, on full disks
	$(BIN)/python -m tests.hostile.run_saves
	$(BIN)/python -m tests.hostile.run_damage --rounds 40
	$(BIN)/python -m tests.hostile.run_rasters --rounds 40
	$(BIN)/python -m tests.hostile.run_hostile
	$(BIN)/python -m tests.hostile.run_odd
	$(BIN)/python -m tests.hostile.run_verdicts
	$(BIN)/python -m tests.hostile.run_terminal --calls 600
	$(BIN)/python -m tests.hostile.run_neighbour

lint: $(VENV)/.lint  ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench  ## install, then ours beside its peers (PostGIS where THOCONG_BENCH_PG names a server)
	$(BIN)/python -m benchmarks

wheel: $(VENV)/.lint  ## build the wheel and look into it
	$(BIN)/python -m build --wheel
	$(BIN)/python tools/check_wheel.py dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml assets/package-lock.json assets/assets.toml
	$(BIN)/python -m pip install --quiet -e .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml assets/package-lock.json assets/assets.toml
	$(BIN)/python -m pip install --quiet -e '.[test]'
	touch $@

$(VENV)/.lint: $(VENV)/.test
	$(BIN)/python -m pip install --quiet -e '.[test,lint]'
	touch $@

$(VENV)/.bench: $(VENV)/.run
	$(BIN)/python -m pip install --quiet -e '.[bench]'
	touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

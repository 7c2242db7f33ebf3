# `make demo` shows everything; `make test` checks everything.  Both set up what they need first.
PYTHON ?= python3
BIN = .venv/bin
STAMP = .venv/.installed

.PHONY: setup demo test lint docs pictures samples dist eval bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml scripts/system-packages
	sh scripts/system-packages
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: setup
	$(BIN)/python -m samples.demo

test: setup
	$(BIN)/python -m pytest -n 3
	$(MAKE) --no-print-directory lint

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: setup
	$(BIN)/python -m scripts.catalogue
	$(BIN)/python -m tests.docs.update

pictures: setup
	$(BIN)/python -m scripts.pictures

samples: setup
	$(BIN)/python -m samples.pack dist/samples

dist: setup
	$(BIN)/python -m scripts.dist

eval: setup
	$(BIN)/python -m samples.evaluate
	$(BIN)/python -m pytest -n 2 -m slow
	LAW_EXAMPLES=10000 $(BIN)/python -m pytest -rP tests/analyzer/test_law_of_removal.py

bench: setup
	for figure in bundle_read scan_logs redact parse_multipath_ll collect_ssh collect_many node_load report_size start_pyz; do $(BIN)/python -m benchmarks.$$figure || exit 1; done

clean:
	rm -rf .venv dist build demo-output *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

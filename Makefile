# `make demo` and `make test` do everything on a machine with Python 3.11 and make: each sets up .venv first.
# More words for a command go in ARGS: make test ARGS="-k push", make lock ARGS=--upgrade
.DEFAULT_GOAL := help
.PHONY: help demo test lint check bench docs lock clean setup setup-bench

# Without bytecode every start of academyctl compiles itself again.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME
BIN := .venv/bin
# One more than there are processors: many tests wait for what they started.
JOBS := $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
COMPILE := $(BIN)/uv pip compile --quiet --no-config --system-certs --universal --python-version 3.11 --generate-hashes

help: ## Show this list
	@sed -nE 's/^([a-z]+):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: setup ## A tour of the main job on an embedded AWS
	@$(BIN)/academyctl sandbox demo $(ARGS)

test: setup ## Every test
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: setup ## Style, types, the layers, and the env keys that api/ and worker/ read
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_layers.py
	@$(BIN)/academyctl env scan api worker --quiet --out /dev/null || $(BIN)/academyctl env scan api worker

check: lint test ## What a change must pass

bench: setup setup-bench ## Speed and memory against the aws CLI, dotenv-linter and the bare floors
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup ## Write docs/reference and docs/codes.md from the code
	@$(BIN)/python -m docs.generate

lock: setup ## Resolve every lock file again
	@$(COMPILE) --custom-compile-command "make lock" pyproject.toml --extra dev -o requirements.lock $(ARGS)
	@$(COMPILE) --custom-compile-command "make lock" benchmarks/requirements.in -o requirements-bench.lock $(ARGS)
	@$(COMPILE) --custom-compile-command "make lock" worker/requirements.in -o worker/requirements.lock $(ARGS)
	@$(COMPILE) --custom-compile-command "make lock" api/requirements.in -o api/requirements.lock $(ARGS)

clean: ## Remove what make made
	rm -rf .venv .bench-venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@sh .ci/setup .venv requirements.lock project

setup-bench:
	@sh .ci/setup .bench-venv requirements-bench.lock

# Everything a person does with the project. `make help` lists it.
SHELL := /bin/bash
export PARTS SAMPLE MINUTES ONLY REST SEED KILLS STORM
PRESET ?= release

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## install, build, start everything, a customer's whole way through the edge to the proof (COMPANY=dir or generated:us:medium:7, ODOO_URL= ODOO_DB= ODOO_USER=)
	@scripts/demo "$(COMPANY)" "$(ODOO_URL)" "$(ODOO_DB)" "$(ODOO_USER)"

test: ## install, build, run every test
	@scripts/test

install: ## bring all parts (idempotent)
	@scripts/install

build: ## build with PRESET (release, dev, asan, tsan)
	@scripts/build $(PRESET)

up: ## start Kafka, Postgres, the services and the sandbox
	@scripts/stack up

down: ## stop all of it
	@scripts/stack down

status: ## what runs
	@scripts/stack status

logs: ## logs SERVICE=loader
	@scripts/stack logs $(SERVICE)

robustness: ## break a running migration in every way (PARTS= SAMPLE= MINUTES= SEED= KILLS= STORM=), write docs/reliability.md
	@scripts/robustness

bench: ## measure (end to end, mapper, memory)
	@scripts/bench

lint: ## formatting, clang-tidy, protos, scripts
	@scripts/lint

fmt: ## format the sources
	@git ls-files '*.cpp' '*.h' | xargs clang-format-19 -i

clean: ## remove builds; .run stays
	@rm -rf build

.PHONY: help demo test install build up down status logs robustness bench lint fmt clean

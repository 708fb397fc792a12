"""Prints one table of what was measured in this run, with its targets (and writes it as JSON). Figures are of this machine and this hour:
compare ratios.

Usage: scripts/bench [--runs N] [--company RECIPE] [--only PART …] [--large] [--json FILE]
Parts: mapper, edge, end_to_end, queries, live, budget, growth, mapper_replicas, loader_replicas, fairness, real_odoo. --large adds the company of 60,000
transactions and the one that is 16 times the smallest.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "odoo_floor")]
from measured_stack import SERVICES, measure, measure_queries  # noqa: E402
from stack import ROOT  # noqa: E402  (measured_stack makes its folder known)
import measure as real_odoo  # noqa: E402
import edge  # noqa: E402
import live  # noqa: E402
import several  # noqa: E402
from table import Line, show  # noqa: E402

PER_MINUTE = 500  # what QuickBooks permits
LARGE = "generated:us:large:7"
BY_OPTION = "only with --large"


def values(runs, *path):
    found = []
    for run in runs:
        for step in path:
            run = run[step]
        found.append(run)
    return found


class Bench:
    def __init__(self, options):
        self.options, self.raw, self.lines = options, {}, []
        self.plain = []  # runs of the company without budget

    def add(self, *arguments, **named):
        self.lines.append(Line(*arguments, **named))

    def no_budget(self):
        if not self.plain:
            self.plain = [measure(self.options.company) for _ in range(self.options.runs)]
        return self.plain

    def large(self):
        if "large" not in self.raw:
            self.raw["large"] = measure(LARGE, patience=6 * 3600)
        return self.raw["large"]

    def mapper(self):
        program = ROOT / "build/release/bench/q2o-bench-mapper"
        runs = [json.loads(subprocess.run([program], capture_output=True, text=True, check=True, cwd=ROOT).stdout) for _ in range(self.options.runs)]
        self.raw["mapper"] = runs
        self.add("mapper on one core, records/s, parsing included", values(runs, "records_per_second"), at_least=100_000)
        self.add("  reference: only parsing the same bytes, records/s", values(runs, "parsed_per_second"))
        self.add("  time as a multiple of the reference", values(runs, "ratio_to_parsing"), 2)

    def end_to_end(self):
        runs = self.no_budget()
        self.raw["end_to_end"] = runs
        name = f"{self.options.company}: {runs[0]['records']:,} records, {runs[0]['created']:,} created"
        self.add(f"end to end without the source's budget, records/s", values(runs, "records_per_second"), at_least=20_000)
        self.add(f"  {name}, s", values(runs, "seconds"), 1)
        self.add("  of it without the proof, s", values(runs, "loading_seconds"), 1)
        if parsed := values(self.raw.get("mapper", []), "parsed_per_second"):
            per_core = sum(parsed) / len(parsed)
            self.add("  reference: parsing alone is so many times as fast", [per_core / v for v in values(runs, "records_per_second")])
        for program in runs[0]["core_seconds"]:
            self.add(f"  core seconds, {program}", values(runs, "core_seconds", program), 1)
        took = [self.large()["seconds"]] if self.options.large else []
        self.add("the large company with its proof, s", took, at_most=180, why_not=BY_OPTION)
        for service in SERVICES:
            self.add(f"peak memory, {service}, MiB", values(runs, "resident_mib", service), at_most=200)
            of_large = [self.large()["resident_mib"][service]] if self.options.large else []
            self.add("  with the large company", of_large, at_most=200, why_not=BY_OPTION)
        for what in ("kafka", "postgres"):
            self.add(f"disk, {what}, MiB per 1,000 records", values(runs, "disk_mib_per_1000", what), 2)
            self.add("  with the large company", [self.large()["disk_mib_per_1000"][what]] if self.options.large else [], 2, why_not=BY_OPTION)

    def edge(self):
        self.raw["edge"] = edge.measure()
        for kind, took in self.raw["edge"].items():
            self.add(f"the edge's own time for a query by {kind}, idle machine, p99, ms", [took["p99"]], 2, at_most=2)
            self.add("  median", [took["p50"]], 2)
            self.add("  whole calls, p99", [took["whole_p99"]])

    def queries(self):
        self.raw["queries"] = measure_queries(self.options.company)
        for question, took in self.raw["queries"].items():
            self.add(f"gRPC while {self.options.company} runs: {question}, p99, ms", [took["p99"]], 1, at_most=20)
            self.add("  median", [took["p50"]], 1)

    def live(self):
        took = self.raw["live"] = live.measure(self.options.company)
        self.add(f"from a fact to the client while {self.options.company} runs, p95, ms", [took["p95"]], at_most=1000)
        self.add("  median", [took["p50"]])
        self.add(f"  the slowest of {took['facts']:,} facts in {took['events']:,} events", [took["max"]])

    def budget(self):
        run = measure(self.options.company, budget=True)
        self.raw["budget"] = run
        self.add("QuickBooks budget used from the first call to the last, %", [100 * run["requests_per_minute"] / PER_MINUTE], at_least=95)
        self.add("  refused as too many (429)", [run["outcomes"].get("throttled", 0)], at_most=0)
        self.add(f"  {self.options.company} with the budget, s", [run["seconds"]], 1)
        large = self.large() if self.options.large else None
        for name, of in [(self.options.company, run)] + ([("large", large)] if large else []):
            self.add(f"calls, {name}, all", [of["calls"]], at_most=400 if of is large else None)
            self.add("  page calls per 1,000 records", [of["page_calls_per_1000"]], 2, at_most=1.3 if of is large else None)
            for kind, count in sorted(of["requests"].items()):
                self.add(f"  {kind}", [count])
        if not large:
            self.add("calls, large, page calls per 1,000 records", [], 2, at_most=1.3, why_not=BY_OPTION)
            self.add("calls, large, all", [], at_most=400, why_not=BY_OPTION)

    def growth(self):
        sizes = {"1x": "generated:us:medium/4:7", "4x": "generated:us:medium*4:7", "16x": "generated:us:medium*16:7"}
        per_record = {}
        for name, recipe in sizes.items():
            if name == "16x" and not self.options.large:
                self.add("growth 16x: time per record, multiple of 1x", [], 2, at_most=1.15, why_not=BY_OPTION)
                continue
            runs = [measure(recipe, patience=3 * 3600)]
            self.raw[f"growth_{name}"] = runs
            per_record[name] = [run["seconds"] / run["records"] * 1000 for run in runs]
            self.add(f"growth {name}: {runs[0]['records']:,} records, ms per record", per_record[name], 2)
            if name != "1x":
                self.add(f"growth {name}: time per record, multiple of 1x", [v / per_record["1x"][0] for v in per_record[name]], 2, at_most=1.15)
            for service in SERVICES:
                self.add(f"  peak memory, {service}, MiB", values(runs, "resident_mib", service), at_most=200)

    def replicas(self, service, migrations, share, held_to):
        found = several.replicas(service, "generated:us:small:7", migrations, max(1, self.options.runs // 2), share)
        self.raw[f"{service}_replicas_{share}"] = found
        self.add(f"one {service} held to {held_to} of a core, {migrations} migrations, records/s", found["one"])
        self.add("  two of them", found["two"])
        self.add("  two : one", found["ratio"], 2, at_least=1.8)

    def mapper_replicas(self):
        self.replicas("mapper", 20, 1 / 4, "a quarter")

    def loader_replicas(self):
        # A loader takes four runs at a time. For each second of its own it keeps Postgres and the sandbox's Odoo busy for more than three: two of
        # them held to a quarter already fill two cores, so what a second one brings by itself shows at less.
        self.replicas("loader", 8, 1 / 4, "a quarter")
        self.replicas("loader", 8, 1 / 10, "a tenth")

    def fairness(self):
        found = several.fairness(self.options.company, "generated:us:small:7", 20)
        self.raw["fairness"] = found
        self.add("20 small migrations at once, s each", found["alone"], 1)
        self.add("  beside a huge one" + ("" if found["huge_outlived_them"] else " (which ended before them)"), found["beside"], 1)
        self.add("  beside : alone", found["ratio"], 2, at_most=1.5)

    def real_odoo(self):
        if not real_odoo.target():
            self.add("loading a real Odoo : bare loop", [], 2, at_most=1.15, why_not="Q2O_TEST_ODOO_URL, _DB, _USER, _PASSWORD are not set")
            return
        real = real_odoo.measure(real_odoo.target(), self.options.runs)
        self.raw["real_odoo"] = real
        self.add(f"loading a real Odoo, {real['records']} target records, s", real["loader_seconds"], 2)
        self.add("  reference: the same by the bare loop, s", real["floor_seconds"], 2)
        self.add("  loader : bare loop", real["ratio"], 2, at_most=1.15)


PARTS = ["mapper", "edge", "end_to_end", "queries", "live", "budget", "growth", "mapper_replicas", "loader_replicas", "fairness", "real_odoo"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=2)
    arguments.add_argument("--company", default="generated:us:medium:7")
    arguments.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    arguments.add_argument("--large", action="store_true")
    arguments.add_argument("--json", default=str(ROOT / ".run/bench.json"))
    bench = Bench(arguments.parse_args())
    begun, failed = time.time(), []
    for part in bench.options.only:
        try:
            getattr(bench, part)()
        except Exception as trouble:  # the other parts are worth having
            print(f"{part} could not be measured: {trouble!r}", file=sys.stderr)
            failed.append(part)
            bench.add(f"{part}: could not be measured", [])
    load = os.getloadavg()
    result = {"load": load, "cores": os.cpu_count(), "seconds": time.time() - begun, "lines": [line.as_json() for line in bench.lines], "raw": bench.raw}
    pathlib.Path(bench.options.json).write_text(json.dumps(result, indent=2))
    show(bench.lines)
    print(f"{bench.options.runs} runs in {time.time() - begun:.0f} s on {os.cpu_count()} cores, load {load[0]:.1f} ({load[2]:.1f} over 15 minutes)")
    print(f"as JSON: {bench.options.json}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

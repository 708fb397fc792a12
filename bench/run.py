"""Prints one table of what was measured in this run (and writes it as JSON). Figures are of this machine and this hour: compare ratios.

Usage: scripts/bench [--runs N] [--company RECIPE] [--large RECIPE] [--json FILE]
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "odoo_floor")]
from measured_stack import SERVICES, measure  # noqa: E402
from stack import ROOT  # noqa: E402  (measured_stack makes its folder known)
import measure as real_odoo  # noqa: E402

BUDGET_PER_MINUTE = 500


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def spreads(runs, *path):
    """The spread of one figure over all runs."""
    values = []
    for run in runs:
        for step in path:
            run = run[step]
        values.append(run)
    return spread(values)


def mapper(runs):
    program = ROOT / "build/release/bench/q2o-bench-mapper"
    measured = [json.loads(subprocess.run([program], capture_output=True, text=True, check=True, cwd=ROOT).stdout) for _ in range(runs)]
    return {
        "records_per_core_second": spreads(measured, "records_per_second"),
        "reference_parsed_per_core_second": spreads(measured, "parsed_per_second"),
        "ratio_to_parsing": spreads(measured, "ratio_to_parsing"),
    }


def whole(runs):
    """Several runs of one company."""
    figures = {name: spreads(runs, name) for name in ("seconds", "loading_seconds", "records_per_second", "page_calls_per_1000", "requests_per_minute")}
    figures["records"], figures["created"], figures["requests"] = runs[0]["records"], runs[0]["created"], runs[0]["requests"]
    for group in ("resident_mib", "core_seconds", "disk_mib_per_1000"):
        figures[group] = {name: spreads(runs, group, name) for name in runs[0][group]}
    return figures


def table(figures):
    """Rows of (name, spread, digits)."""
    rows = [
        ("mapper on one core, records/s, parsing included", figures["mapper"]["records_per_core_second"], 0),
        ("  reference: only parsing the same bytes, records/s", figures["mapper"]["reference_parsed_per_core_second"], 0),
        ("  time as a multiple of the reference", figures["mapper"]["ratio_to_parsing"], 2),
    ]
    for name, one in figures["migrations"].items():
        rows += [
            (f"{name}: {one['records']} records, {one['created']} created, s with proof", one["seconds"], 1),
            ("  without the proof, s", one["loading_seconds"], 1),
            ("  records/s with proof", one["records_per_second"], 0),
            ("  page calls per 1,000 records", one["page_calls_per_1000"], 2),
            (f"  source requests per minute, share of {BUDGET_PER_MINUTE} in %", {k: 100 * v / BUDGET_PER_MINUTE for k, v in one["requests_per_minute"].items()}, 0),
        ]
        rows += [(f"  disk, {what}, MiB per 1,000 records", spread_, 2) for what, spread_ in one["disk_mib_per_1000"].items()]
        rows += [(f"  core seconds, {what}", spread_, 1) for what, spread_ in one["core_seconds"].items()]
        rows += [(f"  peak resident memory, {service}, MiB", one["resident_mib"][service], 0) for service in SERVICES]
    if real := figures.get("real_odoo"):
        rows += [
            (f"real Odoo, {real['records']} target records, loader, s", spread(real["loader_seconds"]), 2),
            ("  reference: the same by the bare loop, s", spread(real["floor_seconds"]), 2),
            ("  loader : bare loop", spread(real["ratio"]), 2),
        ]
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--company", default="generated:us:medium:7")
    arguments.add_argument("--large", help="also one run of this, for memory and cost by size, e.g. generated:us:large:7")
    arguments.add_argument("--json", default=str(ROOT / ".run/bench.json"))
    options = arguments.parse_args()
    figures = {"runs": options.runs, "mapper": mapper(options.runs), "migrations": {}}
    # First as QuickBooks permits it, then without the source's budget: what is left is ours.
    figures["migrations"][f"{options.company}, source budget kept"] = whole([measure(options.company, budget=True)])
    figures["migrations"][f"{options.company}, no budget"] = whole([measure(options.company) for _ in range(options.runs)])
    if options.large:
        figures["migrations"][f"{options.large}, no budget"] = whole([measure(options.large)])
    if real_odoo.target():
        figures["real_odoo"] = real_odoo.measure(real_odoo.target(), options.runs)
    pathlib.Path(options.json).write_text(json.dumps(figures, indent=2))
    row = "{:<78}{:>12}{:>12}{:>12}".format
    print(row(f"{options.runs} runs", "min", "median", "max"))
    for name, values, digits in table(figures):
        print(row(name, *(f"{values[key]:,.{digits}f}" for key in ("min", "median", "max"))))
    if not real_odoo.target():
        print("real Odoo: not measured (Q2O_TEST_ODOO_URL, _DB, _USER, _PASSWORD are not set)")
    print(f"as JSON: {options.json}")


if __name__ == "__main__":
    main()

"""Prints one table of what was measured in this run (and writes it as JSON): end to end against the sandbox, mapper, memory, a real Odoo.

Figures are of this machine and this run; compare ratios, not absolute numbers. Usage: scripts/bench [--runs N] [--json FILE]
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests/integration"), str(HERE / "odoo_floor")]
import measure  # noqa: E402
from stack import ROOT, SERVICES, Stack  # noqa: E402


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def resident_mib(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"{field} of {pid} is not known")


def run_seconds(stack, migration):
    """From RUNNING to COMPLETED, as the events say."""
    events = stack.q2o_json("history", migration)["events"]
    at = {event["to"]: event["at"] for event in events}

    def seconds(text):
        whole, _, fraction = text.rstrip("Z").partition(".")
        return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (fraction or "0"))

    return seconds(at["STATE_COMPLETED"]) - seconds(at["STATE_RUNNING"])


def end_to_end(runs):
    """A generated company through all services, Kafka and Postgres; the sandbox answers without delay and without budgets."""
    rates, seconds, memory = [], [], {}
    for _ in range(runs):
        stack = Stack("--no-limits").up()
        try:
            code, result = stack.migrate()
            if code != 0:
                raise RuntimeError(f"the migration ended with {code}: {result}\n{stack.logs()}")
            took = run_seconds(stack, result["migration_id"])
            progress = stack.q2o_json("status", result["migration_id"])
            records = sum(int(e["extracted"]) for e in progress["entities"])
            seconds.append(took)
            rates.append(records / took)
            for service in SERVICES:
                memory.setdefault(service, []).append(resident_mib(stack.pid(service), "VmHWM"))
        finally:
            stack.down()
    return {"seconds": spread(seconds), "records_per_second": spread(rates), "records": records, "created": result["created"]}, {
        service: spread(values) for service, values in memory.items()
    }


def mapper(runs):
    program = ROOT / "build/release/bench/q2o-bench-mapper"
    rates = [json.loads(subprocess.run([program], capture_output=True, text=True, check=True).stdout)["records_per_second"] for _ in range(runs)]
    return spread(rates)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--json", default=str(ROOT / ".run/bench.json"))
    options = arguments.parse_args()
    whole, memory = end_to_end(options.runs)
    figures = {"end_to_end": whole, "mapper_one_core_records_per_second": mapper(options.runs), "resident_mib": memory}
    if measure.target():
        figures["real_odoo"] = measure.measure(measure.target(), options.runs)
    pathlib.Path(options.json).write_text(json.dumps(figures, indent=2))
    row = "{:<44}{:>12}{:>12}{:>12}".format
    print(row(f"{options.runs} runs", "min", "median", "max"))

    def show(name, values, digits=0):
        print(row(name, *(f"{values[key]:,.{digits}f}" for key in ("min", "median", "max"))))

    show(f"end to end, {whole['records']} source records, s", whole["seconds"], 2)
    show("end to end, source records/s", whole["records_per_second"])
    show("mapper on one core, records/s (with parsing)", figures["mapper_one_core_records_per_second"])
    for service, values in memory.items():
        show(f"peak resident memory, {service}, MiB", values, 1)
    if real := figures.get("real_odoo"):
        show(f"real Odoo, {real['records']} target records, loader, s", spread(real["loader_seconds"]), 2)
        show("real Odoo, the same by the bare loop, s", spread(real["floor_seconds"]), 2)
        show("real Odoo, loader : bare loop", spread(real["ratio"]), 2)
    else:
        print("real Odoo: not measured (Q2O_TEST_ODOO_URL, _DB, _USER, _PASSWORD are not set)")
    print(f"as JSON: {options.json}")


if __name__ == "__main__":
    main()

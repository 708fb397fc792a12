"""One migration of a generated company through a stack of its own, and everything that is measured about it."""
import calendar
import json
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/integration"))
from stack import SERVICES, Stack  # noqa: E402

TICKS = 100  # of a second of the processor, as /proc counts


def seconds_of(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (fraction or "0"))


def mib(path):
    """Of a folder, in MiB of file content; what goes away while it is looked at does not count."""
    total = 0
    for file in pathlib.Path(path).rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:
            continue
    return total / 2**20


def peak_mib(pid):
    line = next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def core_seconds(pid):
    """Of a process with its children, those that have ended included."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(int(fields[at]) for at in range(11, 15)) / TICKS + sum(core_seconds(child) for child in children)


class MeasuredStack(Stack):
    """The source refuses nothing; with `budget=True` our own pacing stays as it is shipped."""

    def __init__(self, company, budget):
        super().__init__(f"--company {company} --no-limits" if budget else f"--company {company}", paced=budget)

    def programs(self):
        """Process ids by name, as supervisor knows them."""
        done = subprocess.run(
            ["supervisorctl", "-c", str(self.folder / "etc/supervisord.conf"), "status"], capture_output=True, text=True, timeout=20
        )
        return {m[1]: int(m[2]) for m in re.finditer(r"^(?:\w+:)?(\S+)\s+RUNNING\s+pid (\d+)", done.stdout, re.M)}

    def postgres_data(self):
        return next(
            pathlib.Path(words[words.index("-D") + 1])
            for words in [pathlib.Path(f"/proc/{self.programs()['postgres']}/cmdline").read_text().split("\0")]
        )

    def disk(self):
        """What the records take: Kafka's log and the tables (not Postgres' own log, which is reused)."""
        return {"kafka": mib(self.folder / "kafka/data"), "postgres": mib(self.postgres_data() / "base")}

    def requests(self):
        """Calls to the source by kind, whatever came of them."""
        found = {}
        for kind, count in re.findall(
            r'^q2o_connector_source_requests_total\{kind="(\w+)".*\} (\S+)$', self.get("Q2O_PORT_CONNECTOR_ADMIN", "/metrics"), re.M
        ):
            found[kind] = found.get(kind, 0) + float(count)
        return found


def measure(company, budget=False, patience=1800):
    stack = MeasuredStack(company, budget)
    stack.up()
    try:
        disk, cores = stack.disk(), {name: core_seconds(pid) for name, pid in stack.programs().items()}
        code, result = stack.migrate(seconds=patience)
        if code != 0:
            raise RuntimeError(f"the migration ended with {code}: {result}\n{stack.logs()}")
        at = {event["to"]: seconds_of(event["at"]) for event in stack.q2o_json("history", result["migration_id"])["events"]}
        records = sum(int(e["extracted"]) for e in stack.q2o_json("status", result["migration_id"])["entities"])
        took = at["STATE_COMPLETED"] - at["STATE_RUNNING"]
        requests = stack.requests()
        return {
            "records": records,
            "created": int(result["created"]),
            "seconds": took,
            "loading_seconds": at["STATE_VALIDATING"] - at["STATE_RUNNING"],
            "records_per_second": records / took,
            "resident_mib": {service: peak_mib(stack.pid(service)) for service in SERVICES},
            "core_seconds": {name: core_seconds(pid) - cores[name] for name, pid in stack.programs().items()},
            "disk_mib_per_1000": {what: (now - disk[what]) / records * 1000 for what, now in stack.disk().items()},
            "requests": requests,
            "page_calls_per_1000": requests["page"] / records * 1000,
            "requests_per_minute": sum(requests.values()) / took * 60,
        }
    finally:
        stack.down()

"""One migration of a generated company through a stack of its own, and everything that is measured about it."""
import calendar
import json
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/integration"))
from stack import SERVICES, Stack, wait_until  # noqa: E402

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


class Rate:
    """How evenly calls go out: their number looked at several times a second while something runs."""

    def __init__(self, count):
        self.count, self.seen, self.over = count, [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()
        return self

    def look(self):
        while not self.over.wait(0.2):
            try:
                self.seen.append((time.monotonic(), self.count()))
            except OSError:
                continue

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def per_minute(self):
        """Between the first call and the last one."""
        moved = [now for before, now in zip(self.seen, self.seen[1:]) if now[1] != before[1]]
        if len(moved) < 2:
            return 0.0
        return (moved[-1][1] - moved[0][1]) / (moved[-1][0] - moved[0][0]) * 60


class MeasuredStack(Stack):
    """With `budget=True` source and pacing are as they are shipped; else neither limits anything."""

    def __init__(self, company, budget):
        super().__init__(f"--company {company}", paced=budget)

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

    def requests(self, by="kind"):
        """Calls to the source by kind (or by outcome)."""
        found = {}
        for labels, count in re.findall(
            r"^q2o_connector_source_requests_total\{(.*)\} (\S+)$", self.get("Q2O_PORT_CONNECTOR_ADMIN", "/metrics"), re.M
        ):
            value = dict(re.findall(r'(\w+)="(\w*)"', labels))[by]
            found[value] = found.get(value, 0) + float(count)
        return found


def measure(company, budget=False, patience=1800):
    stack = MeasuredStack(company, budget)
    stack.up()
    try:
        disk, cores = stack.disk(), {name: core_seconds(pid) for name, pid in stack.programs().items()}
        # Files are fetched when the loader comes to them, long after.
        with Rate(lambda: sum(count for kind, count in stack.requests().items() if kind != "file")) as rate:
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
            "outcomes": stack.requests("outcome"),
            "calls": sum(requests.values()),
            "page_calls_per_1000": requests["page"] / records * 1000,
            "requests_per_minute": rate.per_minute(),
        }
    finally:
        stack.down()


def measure_queries(company, patience=1800):
    """Milliseconds of questions that are asked while a migration runs (q2o-bench-queries)."""
    stack = MeasuredStack(company, budget=False)
    stack.up()
    try:
        process = stack.start_migration()
        migration = wait_until(lambda: running(stack), 120, "the migration runs")
        addresses = [f"127.0.0.1:{stack.ports[f'Q2O_PORT_{service}']}" for service in ("BILLING", "NOTIFIER", "LOADER")]
        tenant = (pathlib.Path(stack.environment["Q2O_STATE"]) / "tenant").read_text().strip()
        asked = subprocess.run([f"{stack.binaries}/bench/q2o-bench-queries", tenant, migration, *addresses], capture_output=True, text=True, timeout=patience)
        code, result = stack.finish(process, patience)
        if code != 0 or asked.returncode != 0:
            raise RuntimeError(f"the migration ended with {code}: {result}; the questions: {asked.stderr}\n{stack.logs()}")
        return json.loads(asked.stdout)
    finally:
        stack.down()


def running(stack):
    """A migration that has begun to move records, so that everybody knows of it."""
    for one in stack.q2o_json("status").get("migrations", []):
        if any(int(entity["extracted"]) for entity in stack.q2o_json("status", one["migration_id"]).get("entities", [])):
            return one["migration_id"]
    return None

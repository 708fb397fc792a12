"""Several migrations at once: what a second replica brings, and what a huge migration costs the small ones beside it."""
import contextlib
import json
import os
import re
import subprocess
import time
import urllib.request

from measured_stack import MeasuredStack, seconds_of
from ports import free_ports
from stack import Odoo, wait_until
from throttle import Throttle

SLOW_MS = 1_000


class Company:
    """Another company to read: a QuickBooks of its own."""

    def __init__(self, stack, recipe):
        port, odoo = free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        command = [f"{stack.binaries}/sandbox/q2o-sandbox", "serve", "--company", recipe, "--no-limits", "--quickbooks-port", str(port), "--odoo-port", str(odoo)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.realm = wait_until(self.ask_realm, 120, f"{recipe} answers")

    def ask_realm(self):
        try:
            with urllib.request.urlopen(self.url + "/control/company", timeout=30) as answer:
                return json.loads(answer.read())["realm_id"]
        except OSError:
            return None

    def stop(self):
        self.process.terminate()
        self.process.wait()


class SeveralStack(MeasuredStack):
    """Several migrations of the stack's company (or of others), each into an Odoo of its own."""

    def __init__(self, company):
        super().__init__(company, budget=False)
        self.processes, self.odoos = [], []

    def up(self):
        super().up()
        self.q2o_json("status")  # makes the tenant, before many want to
        return self

    def control(self, *words):
        return subprocess.run(["supervisorctl", "-c", str(self.folder / "etc/supervisord.conf"), *words], capture_output=True, text=True, timeout=60)

    def source_is_slow(self, milliseconds):
        """0: as fast as it can again."""
        faults = [{"kind": "slow", "route": "/company/", "delay_ms": milliseconds, "count": -1}] if milliseconds else []
        self.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/faults", "POST", {"clear": True, "faults": faults})

    def begin(self, company=None):
        odoo = Odoo(self)
        self.odoos.append(odoo)
        if company is None:
            process = self.start_migration(odoo.target())
        else:
            command = self.migrate_command(odoo.target(), company.url)
            command[command.index("--company-id") + 1] = company.realm
            process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        # One after the other: each saves the same connection.
        wait_until(lambda: len(self.q2o_json("status").get("migrations", [])) >= len(self.odoos), 60, "the migration is known")
        return process

    def duration(self, process, patience):
        code, result = self.finish(process, patience)
        if code != 0:
            raise RuntimeError(f"a migration ended with {code}: {result}\n{self.logs()}")
        at = {event["to"]: seconds_of(event["at"]) for event in self.q2o_json("history", result["migration_id"])["events"]}
        return at["STATE_COMPLETED"] - at["STATE_RUNNING"]

    def counter(self, name, port):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                return sum(float(v) for v in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", answer.read().decode(), re.M))
        return 0.0

    def settled(self, name, ports, quiet, patience=600):
        """The changes of a counter at each address, as (monotonic time, value), when all have moved and have stood still for `quiet` seconds."""
        deadline, moves, changed = time.monotonic() + patience, [[(time.monotonic(), 0.0)] for _ in ports], time.monotonic()
        while time.monotonic() < deadline:
            for port, seen in zip(ports, moves):
                now = self.counter(name, port)
                if now != seen[-1][1]:
                    changed = time.monotonic()
                    seen.append((changed, now))
            if all(len(seen) > 1 for seen in moves) and time.monotonic() - changed > quiet:
                return moves
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not come to rest, or one of {len(ports)} had nothing to do\n{self.logs()}")

    def replica(self, service):
        """A second process of a service: the same configuration on other ports. (process, admin port)"""
        grpc, admin = free_ports(2)
        upper = service.upper()
        text = (self.folder / f"etc/{service}.toml").read_text()
        text = text.replace(f"listen = \"127.0.0.1:{self.ports[f'Q2O_PORT_{upper}']}\"", f'listen = "127.0.0.1:{grpc}"')
        text = text.replace(f"port = {self.ports[f'Q2O_PORT_{upper}_ADMIN']}\n", f"port = {admin}\n")
        file = self.folder / f"etc/{service}-2.toml"
        file.write_text(text)
        log = open(self.folder / f"log/{service}-2.log", "w")
        process = subprocess.Popen([f"{self.binaries}/services/{service}/q2o-{service}", "--config", str(file)], stdout=log, stderr=log)
        self.processes.append(process)
        return process, admin

    def down(self, keep=False):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        for odoo in self.odoos:
            odoo.stop()
        super().down(keep)


# The service whose replicas are counted, what it counts, how many seconds without a change mean that all is done (between two waves a held loader
# counts nothing for a while), what has to have come to rest before it starts, and who is not to take its time.
KINDS = {
    "mapper": ("q2o_mapper_records_total", 4.0, "connector", "q2o_connector_source_requests_total", ["mapper", "loader"]),
    "loader": ("q2o_loader_records_total", 20.0, "mapper", "q2o_mapper_records_total", ["loader", "validator"]),
}
UPSTREAM_QUIET_S = 4.0


def rate(moves):
    """Records a second of all together, from when each had begun until the first had nothing left to do: from there on there are fewer."""
    begun, dry = max(seen[1][0] for seen in moves), min(seen[-1][0] for seen in moves)
    if dry <= begun:
        raise RuntimeError(f"the backlog was too small: one was done before another had begun: {moves}")
    at = [[next(value for when, value in reversed(seen) if when <= moment) for moment in (begun, dry)] for seen in moves]
    return sum(after - before for before, after in at) / (dry - begun)


def throughput(service, replicas, company, migrations, share):
    """Records a second of so many replicas, each held to a share of a core, over a backlog of several migrations."""
    name, quiet, before, before_name, stopped = KINDS[service]
    stack = SeveralStack(company)
    stack.up()
    try:
        # A migration is begun with all services there; what is to make the backlog waits until all are.
        stack.source_is_slow(SLOW_MS)
        for _ in range(migrations):
            stack.begin()
        for one in stopped:
            stack.control("stop", f"services:{one}")
        stack.source_is_slow(0)
        stack.settled(before_name, [stack.ports[f"Q2O_PORT_{before.upper()}_ADMIN"]], UPSTREAM_QUIET_S)
        ports = [stack.ports[f"Q2O_PORT_{service.upper()}_ADMIN"]]
        stack.control("start", f"services:{service}")
        pids = [wait_until(lambda: stack.pid(service), 20, f"{service} runs")]
        for _ in range(replicas - 1):
            process, port = stack.replica(service)
            pids.append(process.pid)
            ports.append(port)
        with Throttle(pids, share):
            return rate(stack.settled(name, ports, quiet))
    finally:
        stack.down()


def replicas(service, company, migrations, runs, share):
    """One replica against two, in turn."""
    one, two = [], []
    for _ in range(runs):
        one.append(throughput(service, 1, company, migrations, share))
        two.append(throughput(service, 2, company, migrations, share))
    return {"one": one, "two": two, "ratio": [b / a for a, b in zip(one, two)], "migrations": migrations, "share_of_core": share}


def small_ones(huge, small, number, patience=1800):
    """Seconds of so many small migrations at once; beside a huge one where there is one."""
    stack = SeveralStack(small)
    stack.up()
    company = None
    try:
        beside = None
        if huge:
            company = Company(stack, huge)
            beside = stack.begin(company)
            wait_until(lambda: stack.counter("q2o_loader_records_total", stack.ports["Q2O_PORT_LOADER_ADMIN"]) > 0, 300, "the huge one is being loaded")
        begun = [stack.begin() for _ in range(number)]
        took = [stack.duration(process, patience) for process in begun]
        return took, beside is not None and beside.poll() is None
    finally:
        stack.down()
        if company:
            company.stop()


def fairness(huge, small, number):
    alone, _ = small_ones(None, small, number)
    beside, still = small_ones(huge, small, number)
    return {"alone": alone, "beside": beside, "ratio": [b / a for a, b in zip(sorted(alone), sorted(beside))], "huge_outlived_them": still, "number": number}

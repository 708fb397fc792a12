"""The laboratory: one stack whose services have their fail points on; each case migrates a company into a fresh Odoo and compares the end
with that of an undisturbed run."""
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

from scenarios import Migration  # noqa: E402
from stack import SERVICES, Stack, wait_until  # noqa: E402

RESUME_WITHIN = 15.0  # seconds without a hand
# What shows that a service works again: a service that only looks whether there is something to do has not resumed.
WORK = {
    "connector": ("after_produce", "after_relay"),
    "mapper": ("after_produce", "after_offset_commit"),
    "loader": ("after_call",),
    "validator": ("after_relay", "after_offset_commit"),
    "billing": ("after_relay", "after_offset_commit", "after_payment_page", "after_event_applied"),
    "notifier": ("after_offset_commit", "after_send", "after_webhook"),
}


class Broken(AssertionError):
    """A case did not end as it must."""


@dataclasses.dataclass
class Case:
    """What one disturbed run came to."""

    fault: str
    name: str
    recovery: float | None = None  # seconds until work went on; None: nothing was interrupted
    losses: int = 0
    duplicates: int = 0
    problem: str = ""
    note: str = ""
    programs: str = ""  # what `git describe` said when they were built

    @property
    def good(self):
        return not self.problem


@dataclasses.dataclass
class Handover:
    """A case whose end another command brings than the one it began with."""

    recovery: float | None
    process: subprocess.Popen
    note: str = ""


@dataclasses.dataclass
class Undisturbed:
    dump: dict
    report: dict
    seconds: float


class Lab:
    """`undisturbed`: what to compare with; None: an undisturbed run is made first; False: nothing is compared."""

    def __init__(self, sandbox_args="", undisturbed=None, **environment):
        self.stack = Stack(sandbox_args, paced=False)  # waiting for the source's budget only makes the cases long
        self.stack.environment.update({"Q2O_FAILPOINTS": "on", **environment})
        self.number = 0
        self.undisturbed = undisturbed

    def __enter__(self):
        self.stack.up()
        try:
            if self.undisturbed is None:
                self.undisturbed = self._run_undisturbed()
        except BaseException:
            self.stack.down()
            raise
        return self

    def __exit__(self, *unused):
        self.stack.down()

    # Services ---------------------------------------------------------------------------------------------------------------------

    def admin(self, service, path):
        port = self.stack.ports[f"Q2O_PORT_{service.upper()}_ADMIN"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read().decode()

    def hits(self, service):
        """point -> hits since the process started or was armed; empty while it is not there."""
        try:
            lines = self.admin(service, "/failpoints").splitlines()
        except OSError:
            return {}
        return {line.split()[0]: int(line.split()[1]) for line in lines}

    def programs(self):
        """Which build the services are."""
        return re.search(r'q2o_build_info\{version="([^"]*)"', self.admin("loader", "/metrics")).group(1)

    def arm(self, service, specification):
        self.admin(service, "/failpoints/" + specification)

    def pid(self, service):
        return self.stack.pid(service)

    def wait_ready(self):
        for service in SERVICES:
            wait_until(lambda s=service: self._is_ready(s), 60, f"{service} is ready")

    def _is_ready(self, service):
        try:
            return self.admin(service, "/ready") == "ready\n"
        except OSError:
            return False

    def not_conserved(self, result):
        """Every record of the source, and every transaction of its ledger that has none, has one outcome. The progress may hear of the
        last ones a moment after the end."""
        outcomes = ("loaded", "merged", "excluded", "rejected", "refused")
        wrong = []

        def holds():
            entities = self.stack.q2o_json("status", result["migration_id"]).get("entities", [])  # none: nobody answers now
            wrong[:] = [e for e in entities if (int(e["extracted"]) or int(e["total"])) != sum(int(e[outcome]) for outcome in outcomes)]
            return entities and not wrong

        try:
            wait_until(holds, 10, "conservation")
        except AssertionError:
            return [f"not conserved: {wrong[:3] or 'no counts'}"]
        return []

    def supervisor(self, *words):
        done = subprocess.run(
            ["supervisorctl", "-c", str(self.stack.folder / "etc/supervisord.conf"), *words], capture_output=True, text=True, timeout=90
        )
        return done.stdout

    def faults(self, side, *rules, **more):
        """Orders faults of the sandbox's QUICKBOOKS or ODOO; none: clears them."""
        port = f"Q2O_PORT_SANDBOX_{side}"
        self.stack.get(port, "/control/faults", "DELETE")
        if rules:
            self.stack.get(port, "/control/faults", "POST", {"faults": list(rules), **more})

    # Runs -------------------------------------------------------------------------------------------------------------------------

    def fresh(self, disarm=True):
        """An empty Odoo, a tenant of its own, a source that was consented to anew, no fail point of the case before armed."""
        self.number += 1
        for side in ("QUICKBOOKS", "ODOO"):
            self.faults(side)
        self.stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/reset", "POST")
        self.stack.environment.pop("Q2O_TENANT", None)
        self.stack.environment.update(
            Q2O_STATE=str(self.stack.folder / f"state{self.number}"), QUICKBOOKS_REFRESH_TOKEN=self.consent()
        )
        self.wait_ready()
        if disarm:
            self.arm_all()

    def consent(self):
        return json.loads(self.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/reconnect", "POST"))["refresh_token"]

    def _run_undisturbed(self):
        self.fresh()
        begun = time.monotonic()
        self.migrated()
        seconds = time.monotonic() - begun
        return Undisturbed(self.stack.odoo_dump(), self.stack.report(self.result), seconds)

    def hits_of(self, scenario):
        """service -> point -> hits, when nothing disturbs it."""
        self.fresh()
        scenario.prepare(self)
        self.arm_all()
        case = Case("undisturbed", scenario.name)
        problems = scenario.judge(self, case, *self.stack.finish(scenario.start(self)))
        if problems:
            raise Broken(f"an undisturbed {scenario.name}: {problems}")
        return {service: self.hits(service) for service in SERVICES}

    def arm_all(self):
        for service in SERVICES:
            self.arm(service, "on")

    def migrated(self):
        """A migration that nothing disturbs."""
        code, self.result = self.stack.migrate()
        if (code, self.result.get("verdict")) != (0, "MATCHED"):
            raise Broken(f"an undisturbed run did not match: {self.result}\n{self.stack.logs()}")

    def case(self, fault, name, disturb, seconds=300, scenario=None, allowed=RESUME_WITHIN, note=""):
        """One scenario (a migration, unless said otherwise) with `disturb(lab, process)` while it goes on, and `disturb.before(lab)` just before
        it begins, where there is such a thing; how it ended."""
        scenario = scenario or Migration()
        self.fresh()
        case = Case(fault, name, note=note, programs=self.programs())
        process = None
        try:
            scenario.prepare(self)
            self.arm_all()
            if hasattr(disturb, "before"):
                disturb.before(self)
            process = scenario.start(self)
            ended = disturb(self, process)
            if isinstance(ended, Handover):
                process = ended.process
                case.note = ended.note
                ended = ended.recovery
            case.recovery = ended
            code, result = self.stack.finish(process, seconds)
            problems = scenario.judge(self, case, code, result)
            if case.recovery is not None and case.recovery > allowed:
                problems.append(f"work went on only after {case.recovery:.1f} s")
            case.problem = "; ".join(problems)
        except (AssertionError, OSError, subprocess.SubprocessError, ValueError) as problem:
            case.problem = str(problem)[:2000] or repr(problem)
            if process:
                process.kill()
                case.problem += "".join(text[-500:] for text in process.communicate() if text)
        if not case.good:
            print(self.stack.logs(8), file=sys.stderr)
        return case

    # Recovery ---------------------------------------------------------------------------------------------------------------------

    def calls(self):
        """Calls of the loader's process that were answered."""
        return self.hits("loader").get("after_call", 0)

    def resumed(self, service, process, since, calls=None, limit=90):
        """Seconds from `since` until the service has done something, or the run has ended, or, given the loader's `calls` before (a service
        may have nothing left to do), the service is ready and the loader has got another answer."""
        points = WORK.get(service, ())

        def works():
            if service not in WORK:  # identity is asked rarely: that it answers is its work
                return self._is_ready(service)
            hits = self.hits(service)
            if any(hits.get(point, 0) for point in points) or process.poll() is not None:
                return True
            return calls is not None and self._is_ready(service) and self.calls() not in (0, calls)

        wait_until(works, limit, f"{service} works again")
        return time.monotonic() - since

    def progress(self):
        """Records settled so far, over all entities; 0 while nobody answers."""
        try:
            found = self.stack.q2o_json("status").get("migrations", [])
            entities = self.stack.q2o_json("status", found[-1]["migration_id"]).get("entities", []) if found else []
        except (ValueError, KeyError, subprocess.SubprocessError):
            return 0
        return sum(int(e["loaded"]) + int(e["merged"]) + int(e["excluded"]) for e in entities)


def gone(pid):
    """Killed, or a zombie that its parent has not buried yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


def kill_hard(pid):
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: gone(pid), 10, f"process {pid} is gone")

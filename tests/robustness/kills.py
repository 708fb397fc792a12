"""Processes that are killed, stopped and started without regard to where they are: services, Kafka, Postgres."""
import os
import pathlib
import random
import signal
import subprocess
import time

from lab import SERVICES, Broken, kill_hard, wait_until

SLOW = {"kind": "slow", "route": "", "count": -1}


def is_running(lab, process):
    """Connecting and checking are over; what is broken now must not need a person."""

    def running():
        try:
            found = lab.stack.q2o_json("status").get("migrations", [])
        except ValueError:
            return False
        return (found and found[-1]["state"] == "STATE_RUNNING") or process.poll() is not None

    wait_until(running, 60, "the run is on")


def has_begun(lab, process):
    wait_until(lambda: lab.progress() > 0 or process.poll() is not None, 60, "the run has begun")
    if process.poll() is not None:
        raise Broken("the run ended before it was disturbed")


def random_kills(kills, seed):
    def disturb(lab, process):
        """The target is slow while it lasts, so that all kills fall into one run."""
        is_running(lab, process)
        lab.faults("ODOO", {**SLOW, "delay_ms": 4000})
        choice = random.Random(seed)
        born = {}
        worst = 0.0
        done = 0
        while done < kills:
            if process.poll() is not None:
                raise Broken(f"the run ended after {done} of {kills} kills")
            service = choice.choice(SERVICES)
            pid = lab.pid(service)
            born.setdefault(pid, time.monotonic())
            # Supervisor takes a program that ends within a second for one that cannot start.
            if pid == 0 or time.monotonic() - born[pid] < 1.2:
                time.sleep(0.05)
                continue
            calls = lab.calls() if done % 10 == 9 else 0
            kill_hard(pid)
            died = time.monotonic()
            done += 1
            if done % 10 == 0:  # between the others there is no time to see it work
                worst = max(worst, lab.resumed(service, process, died, calls))
            else:
                wait_until(lambda s=service, p=pid: lab.pid(s) not in (0, p), 20, f"supervisor restarts {service}")
        lab.faults("ODOO")
        return worst

    return disturb


def server_killed(program, times, ready):
    """kill -9 of Kafka or Postgres under load."""

    def disturb(lab, process):
        lab.faults("ODOO", {**SLOW, "delay_ms": 300})
        has_begun(lab, process)
        worst = 0.0
        for _ in range(times):
            if process.poll() is not None:
                raise Broken("the run ended before all kills")
            pid = int(lab.supervisor("pid", program).strip() or 0)
            kill_hard(pid)
            wait_until(lambda p=pid: lab.supervisor("pid", program).strip() not in ("0", str(p)), 30, f"supervisor restarts {program}")
            wait_until(lambda: ready(lab), 60, f"{program} answers")
            back = time.monotonic()
            before = lab.progress()
            wait_until(lambda: lab.progress() > before or process.poll() is not None, 60, f"the run goes on after {program} is back")
            worst = max(worst, time.monotonic() - back)
        lab.faults("ODOO")
        return worst

    return disturb


def kafka_answers(lab):
    return subprocess.run(["kcat", "-b", f"127.0.0.1:{lab.stack.ports['Q2O_PORT_KAFKA']}", "-L", "-m", "2"], capture_output=True, check=False).returncode == 0


def postgres_answers(lab):
    port = str(lab.stack.ports["Q2O_PORT_POSTGRES"])
    return subprocess.run(["/usr/lib/postgresql/15/bin/pg_isready", "-q", "-h", "127.0.0.1", "-p", port], check=False).returncode == 0


class Replica:
    """A second process of a service, beside the one of the supervisor."""

    def __init__(self, lab, service):
        self.lab, self.service = lab, service
        folder = lab.stack.folder
        text = (folder / f"etc/{service}.toml").read_text()
        upper = f"Q2O_PORT_{service.upper()}"
        text = text.replace(f'listen = "127.0.0.1:{lab.stack.ports[upper]}"', 'listen = "127.0.0.1:0"')
        text = text.replace(f"port = {lab.stack.ports[upper + '_ADMIN']}\n", "port = 0\n")
        config = folder / f"etc/{service}-2.toml"
        config.write_text(text)
        binary = pathlib.Path(lab.stack.binaries) / f"services/{service}/q2o-{service}"
        self.log = (folder / f"log/{service}-2.log").open("w")
        self.process = subprocess.Popen([str(binary), "--config", str(config)], stdout=self.log, stderr=subprocess.STDOUT, cwd=folder)

    def end(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def owner_of_lease(lab, service, kind):
    sql = f"select owner from {service}.lease where kind = '{kind}' and lease_until > now() order by lease_until desc limit 1"
    return lab.stack.sql(sql)


def zombie(lab, process):
    """The loader that writes is stopped for three lease times while a second one is there; then it goes on."""
    lab.faults("ODOO", {**SLOW, "delay_ms": 400})
    second = Replica(lab, "loader")
    try:
        has_begun(lab, process)
        owner = wait_until(lambda: owner_of_lease(lab, "loader", "target"), 30, "somebody holds the target")
        pid = int(owner.rsplit(".", 2)[1])
        os.kill(pid, signal.SIGSTOP)
        stopped = time.monotonic()
        try:
            wait_until(lambda: owner_of_lease(lab, "loader", "target") not in ("", owner), 15, "the other one takes over")
            taken = time.monotonic() - stopped
            wait_until(lambda: time.monotonic() - stopped > 30 or process.poll() is not None, 40, "three lease times")
        finally:
            os.kill(pid, signal.SIGCONT)
        lab.faults("ODOO")
        process.wait(120)
        return taken
    finally:
        second.end()

"""A whole stack of its own for tests: own folder, own ports, own data. Nothing of a running `make up` is touched."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import tomllib
import urllib.request

from ports import free_ports

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ["identity", "billing", "connector", "mapper", "loader", "validator", "notifier"]


def wait_until(condition, seconds, what, every=0.05):
    """Polls a condition; never sleeps for the sake of time passing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


def without_times(value):
    """Times of today are replaced: two runs do not happen at the same time."""
    today = time.strftime("%Y-%m-%d ", time.gmtime())
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return "(now)" if isinstance(value, str) and value.startswith(today) else value


def difference(one, other, path=""):
    """The first places where two dumps differ, in words (empty when they are equal)."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in sorted(set(one) | set(other)):
            if one.get(key) != other.get(key):
                found += difference(one.get(key), other.get(key), f"{path}/{key}")
            if len(found) > 5:
                break
        return found
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for i, (a, b) in enumerate(zip(one, other)) if a != b for line in difference(a, b, f"{path}/{i}")][:5]
    return [f"{path}: {str(one)[:200]} != {str(other)[:200]}"]


# Of a bill without a number of its own: Odoo counts in the order in which it gets them, which a repeated call changes.
AUTOMATIC_NUMBER = re.compile(r"R?BILL/\d{4}/\d{2}/\d{4}")


def comparable(records):
    """Our records in a sandbox's Odoo by external id, without what Odoo makes up by itself (automatic numbers, the time of day)."""
    for record in records.values():
        values = record["values"]
        automatic = record["model"] in ("account.payment", "account.bank.statement.line") or values.get("move_type") == "entry"
        automatic = automatic or AUTOMATIC_NUMBER.fullmatch(str(values.get("name", ""))) is not None
        for place in (values, record.get("move", {})) if automatic else ():
            place.pop("name", None)
    return without_times(records)


class Odoo:
    """Another sandbox's Odoo, empty: a target of its own for one test."""

    def __init__(self, stack):
        quickbooks, port = free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [f"{stack.binaries}/sandbox/q2o-sandbox", "serve", "--quickbooks-port", str(quickbooks), "--odoo-port", str(port)],
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until(self.answers, 20, "another Odoo answers")
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def answers(self):
        try:
            self.get("/web/health")
            return True
        except OSError:
            return False

    def get(self, path, method="GET", body=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def call(self, model, method, *args):
        """execute_kw as the administrator."""
        parameters = {"service": "object", "method": "execute_kw", "args": ["sandbox", 2, "admin", model, method, list(args)]}
        answer = self.get("/jsonrpc", "POST", {"jsonrpc": "2.0", "id": 1, "method": "call", "params": parameters})
        if "error" in answer:
            raise AssertionError(f"{model}.{method}: {answer['error']}")
        return answer["result"]

    def slow(self, milliseconds):
        """Every call of a model's method (what has a dot) takes its time, until fast()."""
        self.get("/control/faults", "POST", {"clear": True, "faults": [{"kind": "slow", "route": ".", "delay_ms": milliseconds, "count": -1}]})

    def fast(self):
        self.get("/control/faults", "DELETE")

    def dump(self):
        return comparable(self.get("/control/dump"))

    def target(self):
        return self.url, "sandbox", "admin"


class Stack:
    """up() … down(). `paced=False`: the source's budget of requests is switched off on both sides, where a test is not about it."""

    def __init__(self, sandbox_args="", binaries=None, paced=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="q2o-stack-"))
        self.folder.chmod(0o755)
        names = [
            line.split("=")[0]
            for line in (ROOT / "deploy/local/ports.env").read_text().splitlines()
            if line.startswith("Q2O_PORT_")
        ]
        self.ports = dict(zip(names, free_ports(len(names))))
        (self.folder / "ports.env").write_text("".join(f"{n}={p}\n" for n, p in self.ports.items()))
        self.binaries = binaries or os.environ.get("Q2O_BIN", str(ROOT / "build/release"))
        self.environment = dict(
            os.environ,
            Q2O_RUN=str(self.folder),
            Q2O_THROWAWAY="yes",  # down() deletes what the stack holds
            Q2O_BIN=self.binaries,
            Q2O_SANDBOX_ARGS=sandbox_args if paced else f"{sandbox_args} --no-limits".strip(),
            Q2O_STATE=str(self.folder / "state"),
            Q2O_SERVICE_TOKEN_FILE=str(self.folder / "secrets/service.token"),
            QUICKBOOKS_CLIENT_SECRET="sandbox-client-secret",
            QUICKBOOKS_REFRESH_TOKEN="sandbox-refresh-token",
            ODOO_PASSWORD="admin",
            **{n: str(p) for n, p in self.ports.items()},
        )

        if not paced:
            self.environment["Q2O_CONFIG"] = str(self._unpaced_config())

    def _unpaced_config(self):
        """A copy of the configuration with a budget that nobody reaches."""
        config = self.folder / "config"
        shutil.copytree(ROOT / "config", config)
        platform = config / "platforms/quickbooks_online.json"
        described = json.loads(platform.read_text())
        described["budget"].update(per_minute=100_000, per_second=1_000)
        platform.write_text(json.dumps(described))
        return config

    def script(self, *words):
        done = subprocess.run([str(ROOT / "scripts/stack"), *words], env=self.environment, capture_output=True, text=True, timeout=180)
        if done.returncode != 0:
            raise AssertionError(f"stack {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def up(self):
        try:
            self.script("up")
        except BaseException:
            self.down()
            raise
        return self

    def down(self, keep=False):
        try:
            self.script("down")
        finally:
            for folder in pathlib.Path("/var/tmp").glob("q2o-postgres-*"):
                if not keep and not (folder / "data/postmaster.pid").exists() and str(self.folder) in self._cluster_owner(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            if not keep:
                shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _cluster_owner(folder):
        options = folder / "data/postmaster.opts"
        return options.read_text() if options.exists() else ""

    def get(self, port_name, path, method="GET", body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[port_name]}{path}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def sql(self, statement):
        """What Postgres says to its administrator, as text."""
        environment = dict(os.environ, PGPASSWORD=(self.folder / "secrets/postgres.password").read_text().strip())
        words = ["psql", "-h", "127.0.0.1", "-p", str(self.ports["Q2O_PORT_POSTGRES"]), "-U", "q2o_admin", "-d", "q2o", "-tAc", statement]
        return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=True).stdout.strip()

    def realm(self):
        return json.loads(self.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/company"))["realm_id"]

    def odoo_dump(self):
        return comparable(json.loads(self.get("Q2O_PORT_SANDBOX_ODOO", "/control/dump")))

    def command(self, *words):
        return [str(pathlib.Path(self.binaries) / "cli/q2o"), *words]

    def migrate_command(self, odoo=None, quickbooks=None):
        quickbooks = quickbooks or f"http://127.0.0.1:{self.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        odoo = odoo or (f"http://127.0.0.1:{self.ports['Q2O_PORT_SANDBOX_ODOO']}", "sandbox", "admin")
        return self.command(
            "migrate", "--json", "--company-id", self.realm(), "--client-id", "sandbox-client-id", "--quickbooks-url", quickbooks,
            "--token-url", quickbooks + "/oauth2/v1/tokens/bearer", "--odoo-url", odoo[0], "--odoo-db", odoo[1], "--odoo-user", odoo[2],
        )  # fmt: skip

    def start_migration(self, odoo=None, quickbooks=None, **extra):
        return subprocess.Popen(
            self.migrate_command(odoo, quickbooks), env=dict(self.environment, **extra), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def migrate(self, odoo=None, seconds=300, quickbooks=None, **extra):
        """(exit code, parsed JSON of the command)."""
        return self.finish(self.start_migration(odoo, quickbooks, **extra), seconds)

    def finish(self, process, seconds=300):
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"no end within {seconds} s: {out}\n{err[-3000:]}\n{self.logs()}") from None
        lines = [line for line in out.splitlines() if line.startswith("{")]
        if not lines:
            raise AssertionError(f"no result (exit {process.returncode}): {out}\n{err[-3000:]}\n{self.logs()}")
        return process.returncode, json.loads(lines[-1])

    def q2o_json(self, *words):
        done = subprocess.run(self.command(*words, "--json"), env=self.environment, capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout)

    def forget(self, *topics):
        """As if the retention of these topics had passed: everything in them is gone."""
        partitions = tomllib.loads((ROOT / "config/topics.toml").read_text())["defaults"]["partitions"]
        places = [{"topic": topic, "partition": p, "offset": -1} for topic in topics for p in range(partitions)]
        file = self.folder / "forget.json"
        file.write_text(json.dumps({"version": 1, "partitions": places}))
        done = subprocess.run(
            ["java", "-cp", f"{ROOT}/.run/kafka/libs/*", "org.apache.kafka.tools.DeleteRecordsCommand",
             "--bootstrap-server", f"127.0.0.1:{self.ports['Q2O_PORT_KAFKA']}", "--offset-json-file", str(file)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if done.returncode != 0 or "error" in done.stdout.lower():
            raise AssertionError(f"records were not deleted: {done.stdout}{done.stderr}")

    def pid(self, service):
        done = subprocess.run(
            ["supervisorctl", "-c", str(self.folder / "etc/supervisord.conf"), "pid", f"services:{service}"], capture_output=True, text=True, timeout=20
        )
        return int(done.stdout.strip() or 0) if done.stdout.strip().isdigit() else 0

    def kill_hard(self, service):
        """kill -9; returns when supervisor has started another process."""
        old = wait_until(lambda: self.pid(service), 20, f"{service} runs")
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: self.pid(service) not in (0, old), 20, f"supervisor restarts {service}")

    def logs(self, lines=15):
        text = ""
        for service in SERVICES:
            file = self.folder / f"log/{service}.log"
            if file.exists():
                text += f"--- {service}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) + "\n"
        return text

    def report(self, result):
        folder = pathlib.Path(result["report"]).parent
        return json.loads((folder / "report.json").read_text())


def shared_folder():
    folder = pathlib.Path(os.environ.get("Q2O_SHARED", ROOT.parent / "shared"))
    return folder if folder.is_dir() else None

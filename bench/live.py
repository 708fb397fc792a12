"""How long a fact takes to a client of the live stream (SSE through the edge) while a company moves: from the time that the broker's message bears
until the first event that holds it has been read.

Which events hold a fact follows from the notifier's own transactions: the one that took a message in (inbox) is the one that gave the progress its next
version, and events bear their version. A trigger that only this measurement has keeps which transaction made which version."""
import http.client
import json
import subprocess
import threading
import time
import urllib.parse
import uuid

from measured_stack import MeasuredStack, wait_until  # first: it says where the next ones are
from edge import percentile
from edge_client import edge_of, events_of
from grpc_calls import Contracts, ask

TOPICS = ["q2o.billing.migration.v1", "q2o.connector.status.v1", "q2o.mapper.status.v1", "q2o.loader.status.v1", "q2o.validator.report.v1"]
KEEP_VERSIONS = """
create schema bench;
create table bench.version (migration_id uuid, version bigint, made_by text);
create function bench.keep() returns trigger language plpgsql security definer as
  $$ begin insert into bench.version values (new.migration_id, new.version, new.changed_xid::text); return null; end $$;
create trigger bench_keep after update on notifier.progress for each row execute function bench.keep();
"""


class Watcher(threading.Thread):
    """A browser's EventSource: (when it was there, migration, version) of every event, over as many streams as it takes."""

    def __init__(self, stack, tenant):
        super().__init__(daemon=True)
        self.stack, self.tenant = stack, tenant
        self.edge, self.contracts = edge_of(stack), Contracts(stack.binaries)
        self.seen, self.opened, self.over, self.trouble = [], threading.Event(), threading.Event(), None

    def run(self):
        last_id = ""
        try:
            while not self.over.is_set():
                last_id = self.watch(last_id)
        except (AssertionError, OSError, http.client.HTTPException) as trouble:
            if not self.over.is_set():  # else it is the stack that went down
                self.trouble = trouble

    def token(self):
        metadata = [("q2o-tenant", self.tenant), ("q2o-actor", "bench")]
        answer = ask(self.stack, self.contracts, "q2o.notifier.v1.LiveService", "CreateStreamToken", metadata)
        assert answer.status == 0, answer.message
        return answer.messages[0].token

    def watch(self, last_id):
        """One stream until its end; the last id."""
        connection = self.edge.connection(timeout=60)
        try:
            headers = {"accept": "text/event-stream", **({"last-event-id": last_id} if last_id else {})}
            connection.request("GET", f"/ops/stream?token={urllib.parse.quote(self.token())}", headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200, (answer.status, answer.read(300))
            self.opened.set()
            for last_id, event, data in events_of(line.decode() for line in answer):
                if event == "progress":
                    self.seen.append((time.time(), data["migrationId"], int(data["version"])))
        finally:
            connection.close()
        return last_id

    def has(self, migration, version):
        if self.trouble:
            raise RuntimeError(f"the live stream broke: {self.trouble!r}")
        return any(name == migration and reached >= version for _, name, reached in self.seen)


def facts(stack, migration):
    """When each message about the migration was handed to the broker, by its id, in seconds."""
    found = {}
    for topic in TOPICS:
        words = ["kcat", "-b", f"127.0.0.1:{stack.ports['Q2O_PORT_KAFKA']}", "-C", "-t", topic, "-e", "-q", "-o", "beginning", "-f", "%T %k %h\n"]
        for line in subprocess.run(words, capture_output=True, timeout=120, check=True).stdout.decode(errors="replace").splitlines():
            at, key, headers = (line.split(" ", 2) + ["", ""])[:3]
            ids = [header.removeprefix("ce_id=") for header in headers.split(",") if header.startswith("ce_id=")]
            if key == migration and ids:
                found[ids[0]] = min(int(at) / 1000, found.get(ids[0], float("inf")))  # the wire may carry one twice
    return found


def versions(stack, migration):
    """By the id of a message: the version with which it was told. What changed nothing that is told has none."""
    lines = stack.sql(
        "select i.message_id, v.version from notifier.inbox i join bench.version v on v.made_by = i.xmin::text "
        f"where i.consumer = 'progress' and v.migration_id = '{migration}'"
    ).splitlines()
    return {message: int(version) for message, version in (line.split("|") for line in lines)}


def measure(company, patience=1800):
    """In milliseconds, over all facts of one migration that is not slowed down by the source's budget: median, p95 and the slowest."""
    stack = MeasuredStack(company, budget=False)
    stack.up()
    try:
        stack.sql(KEEP_VERSIONS)
        tenant = str(uuid.uuid4())
        (stack.folder / "state").mkdir(exist_ok=True)
        (stack.folder / "state/tenant").write_text(tenant + "\n")
        watcher = Watcher(stack, tenant)
        watcher.start()
        wait_until(watcher.opened.is_set, 20, "the live stream is open")
        code, result = stack.migrate(seconds=patience)
        if code != 0:
            raise RuntimeError(f"the migration ended with {code}: {json.dumps(result)}\n{stack.logs()}")
        migration = result["migration_id"]
        told = versions(stack, migration)
        wait_until(lambda: watcher.has(migration, max(told.values())), 30, "the last fact has come")
        watcher.over.set()
        events = [(version, at) for at, name, version in watcher.seen if name == migration]
        waits = []
        for message, at in facts(stack, migration).items():
            if message in told:
                waits.append(1000 * (min(seen for version, seen in events if version >= told[message]) - at))
        return {"facts": len(waits), "events": len(events), "p50": percentile(waits, 0.5), "p95": percentile(waits, 0.95), "max": max(waits)}
    finally:
        stack.down()

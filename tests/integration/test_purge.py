"""A text that a person typed is sealed wherever it lies, and after a purge it lies nowhere; keys rotate while a run goes on."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from stack import SERVICES, Stack, wait_until

CANARY = "Kanarienvogelsang"
FORMS = [CANARY.encode(), CANARY.encode().hex().encode(), CANARY.encode("utf-16-le")]
PLANTED = {
    '"Barton Hills HOA"': f'"Barton {CANARY} HOA"',  # a customer
    "Work was done in two visits": f"Work was done by {CANARY} in two visits",  # a line of invoices
}


def company(folder):
    """A generated company with the text in a name, in lines and in memos."""
    binaries = os.environ.get("Q2O_BIN", str(pathlib.Path(__file__).resolve().parents[2] / "build/release"))
    subprocess.run([f"{binaries}/sandbox/q2o-sandbox", "generate", "--profile", "us", "--scale", "small", "--seed", "7", "--out", folder], check=True, stdout=subprocess.DEVNULL)
    planted = 0
    for file in pathlib.Path(folder).rglob("*.json"):
        text = file.read_text()
        for plain, canary in PLANTED.items():
            planted += text.count(plain)
            text = text.replace(plain, canary)
        if file.name == "Invoice.json":
            records = json.loads(text)
            for record in records if isinstance(records, list) else next(iter(records.values())):
                record["PrivateNote"] = f"memo of {CANARY}"
                planted += 1
            text = json.dumps(records)
        file.write_text(text)
    assert planted > 10, "the generated company has changed: plant elsewhere"


class Purge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="q2o-canary-")
        cls.addClassCleanup(cls.folder.cleanup)
        company(cls.folder.name)
        cls.stack = Stack(f"--company {cls.folder.name}", paced=False).up()
        cls.addClassCleanup(cls.stack.down)

    def q2o(self, *words, code=0):
        done = subprocess.run(self.stack.command(*words, "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr + self.stack.logs())
        return json.loads(done.stdout)

    def slow_odoo(self, milliseconds):
        """So that the run lasts until it has been disturbed; 0: as fast as it can."""
        port, path = "Q2O_PORT_SANDBOX_ODOO", "/control/faults"
        if milliseconds == 0:
            self.stack.get(port, path, "DELETE")
        else:
            self.stack.get(port, path, "POST", {"faults": [{"kind": "slow", "route": "ir.actions.server.run", "delay_ms": milliseconds, "count": -1}]})

    def messages(self, only="q2o."):
        """Bodies and headers of all topics, as who has no key reads them (Kafka's own compression undone)."""
        broker = f"127.0.0.1:{self.stack.ports['Q2O_PORT_KAFKA']}"
        listed = json.loads(subprocess.run(["kcat", "-b", broker, "-L", "-J"], capture_output=True, check=True).stdout)
        topics = [topic["topic"] for topic in listed["topics"] if topic["topic"].startswith(only)]

        def read(topic):
            words = ["kcat", "-b", broker, "-C", "-t", topic, "-e", "-q", "-o", "beginning", "-f", "%k %h %s\n"]
            return subprocess.run(words, capture_output=True, check=True, timeout=60).stdout

        with concurrent.futures.ThreadPoolExecutor(8) as pool:  # each waits for the end of its topic
            return dict(zip(topics, pool.map(read, topics)))

    def sql(self, *words):
        secret = (self.stack.folder / "secrets/postgres.password").read_text()
        return subprocess.run([*words, "-h", "127.0.0.1", "-p", str(self.stack.ports["Q2O_PORT_POSTGRES"]), "-U", "q2o_admin", "-d", "q2o"],
                              env=dict(os.environ, PGPASSWORD=secret), capture_output=True, check=True, timeout=120).stdout  # fmt: skip

    def files(self):
        """Everything on disk: log segments, tables and write-ahead log, the services' logs, the command's files."""
        postgres = pathlib.Path((self.stack.folder / "etc/postgres_folder").read_text().strip())
        for root in (self.stack.folder, postgres):
            yield from (file for file in root.rglob("*") if file.is_file() and not file.is_symlink())

    def assert_sealed(self, files):
        for topic, text in self.messages().items():
            self.assertFalse([form for form in FORMS if form in text], f"the text is readable in {topic}")
        dump = self.sql("pg_dump", "--data-only")
        for form in FORMS:
            at = dump.find(form)
            self.assertEqual(at, -1, f"the text is readable in a table: {dump[max(0, at - 300) : at + 100]}")
        for file in files:
            content = file.read_bytes()
            self.assertFalse([form for form in FORMS if form in content], f"the text is readable in {file}")

    def test_a_planted_text_is_sealed_and_then_gone(self):
        self.slow_odoo(400)
        process = self.stack.start_migration()
        wait_until(lambda: b"q2o-dek" in self.messages("q2o.mapper.mapped.v1")["q2o.mapper.mapped.v1"], 60, "sealed records are in the topic")
        refused = subprocess.run(self.stack.command("purge", "--yes"), env=self.stack.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn("runs", refused.stderr)
        before = self.q2o("keys")
        rotated = self.q2o("keys", "--rotate", "--rotate-master")
        self.assertEqual(rotated["master_version"], before["master_version"] + 1)
        self.assertEqual({key["master_version"] for key in rotated["keys"]}, {rotated["master_version"]})
        for key in before["keys"]:
            self.assertIn((key["migration_id"], 2), [(one["migration_id"], one["version"]) for one in rotated["keys"]])
        self.stack.kill_hard("identity")
        self.slow_odoo(0)
        code, result = self.stack.finish(process)
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertIn(CANARY, json.dumps(self.stack.odoo_dump()), "the text was migrated")
        reports = self.stack.folder / "state/reports"
        self.assert_sealed(file for file in self.files() if reports not in file.parents)

        done = self.q2o("purge", "--tenant", "--yes", "--reason", "the contract has ended")
        text = pathlib.Path(done["file"]).read_bytes()
        self.assertEqual(hashlib.sha256(text).hexdigest(), done["sha256"])
        certificate = json.loads(text)
        self.assertEqual([key["key_id"] for key in certificate["keys_destroyed"] if not key["destroyed_at"]], [])
        self.assertLessEqual({key["key_id"] for key in rotated["keys"]}, {key["key_id"] for key in certificate["keys_destroyed"]})
        for table in ("connector/report", "mapper/ledger_transaction", "loader/item", "validator/report", "notifier/progress", "billing/migration"):
            self.assertGreater(certificate["rows_deleted"][table], 0, table)
        self.sql("psql", "-qc", "vacuum full")
        self.assert_sealed(self.files())
        self.assertFalse(list(reports.glob("*")))
        entries = self.q2o("audit")["entries"]
        kept = [entry for entry in entries if entry.get("action") == "content.purged"]
        self.assertEqual([(entry["subject"], entry["actor"], entry["detail"]) for entry in kept],
                         [(f"purge/{certificate['purge_id']}", certificate["actor"], "everything of the company; the contract has ended")], entries)  # fmt: skip
        self.assertIn("(purged)", {entry["actor"] for entry in entries}, "what was before it is there, without who")
        self.assertTrue(self.q2o("audit", "verify")["intact"])
        self.assertEqual(self.q2o("purge", "--list")["purge_id"], certificate["purge_id"])
        left = self.sql("pg_dump", "--data-only", "-T", "*.lease", "-n", "loader", "-n", "mapper", "-n", "connector", "-n", "validator", "-n", "notifier").decode()
        self.assertNotIn(certificate["migrations"][0], left, "a row of the migration is left")
        wait_until(lambda: all(self.ready(service) for service in SERVICES), 30, "every service is ready")

    def ready(self, service):
        try:
            return "ready" in self.stack.get(f"Q2O_PORT_{service.upper()}_ADMIN", "/ready")
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()

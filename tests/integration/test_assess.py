"""Counting a company before anything is moved; and where every record is while a run goes on."""
import json
import re
import subprocess
import unittest

from stack import Stack, wait_until

RECORDS = ("loaded", "merged", "excluded", "rejected", "refused", "in_flight")


class Assess(unittest.TestCase):
    """One stack: first only a connected company, then its migration."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        quickbooks = f"http://127.0.0.1:{cls.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        cls.connection = cls.stack.q2o_json(
            "connect-quickbooks", "--company-id", cls.stack.realm(), "--client-id", "sandbox-client-id", "--quickbooks-url", quickbooks,
            "--token-url", quickbooks + "/oauth2/v1/tokens/bearer",
        )["connection_id"]  # fmt: skip

    def faults(self, *faults):
        self.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/faults", "POST", {"clear": True, "faults": list(faults)})

    def begin(self, *words):
        return subprocess.Popen(
            self.stack.command("assess", "--json", *words), env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def test_1_a_company_is_counted_before_there_is_a_migration_although_the_service_is_killed(self):
        before = self.stack.odoo_dump()
        self.faults({"kind": "slow", "route": "", "delay_ms": 300, "count": -1})
        counting = self.begin(self.connection[-8:])
        # As soon as the first kinds of records are counted.
        wait_until(lambda: re.match(r" *[1-9]\d* of ", counting.stderr.readline()), 60, "something is counted")
        self.stack.kill_hard("connector")
        self.faults()
        code, counted = self.stack.finish(counting, 120)
        self.assertEqual((code, counted["state"]), (0, "done"), self.stack.logs())
        type(self).counted = counted
        invoices = next(e for e in counted["entities"] if e["entity"] == "Invoice")
        self.assertGreater(invoices["records"], 10)
        self.assertEqual(sum(invoices["years"].values()) + invoices["undated"], invoices["records"])
        dated = sum(e["records"] - e["undated"] for e in counted["entities"] if e["years"])
        self.assertEqual(sum(y["records"] for y in counted["years"]), dated)
        self.assertEqual(counted["transactions"], sum(e["records"] for e in counted["entities"] if e["posts"]))
        self.assertGreaterEqual(counted["reading"]["seconds_high"], counted["reading"]["seconds_low"])
        self.assertIsNone(counted["migration"], "nothing was measured here yet")
        self.assertEqual(self.stack.odoo_dump(), before)

    def test_2_what_stays_behind_is_counted_or_estimated_and_nothing_that_is_taken_is_named(self):
        left = {(f["entity"], f["path"]): f for f in self.counted["left_fields"]}
        self.assertTrue(all(f["from"] in ("counts", "sample") and 0 < f["seen"] <= f["sampled"] for f in left.values()))
        for taken in (("Invoice", "TxnDate"), ("Invoice", "Line.*.Amount"), ("Customer", "DisplayName"), ("Invoice", "SyncToken")):
            self.assertNotIn(taken, left)

    def test_3_it_is_read_again_without_a_call_to_the_source_and_says_whether_odoo_is_ready(self):
        odoo = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_ODOO']}"
        target = self.stack.q2o_json("connect-odoo", "--odoo-url", odoo, "--odoo-db", "sandbox", "--odoo-user", "admin")["target_id"]
        self.faults({"kind": "server_error", "status": 503, "route": "", "count": 1000})
        code, again = self.stack.finish(self.begin("--last", "--target", target[-8:]))
        self.faults()
        self.assertEqual((code, again["assessment_id"]), (0, self.counted["assessment_id"]), again)
        self.assertEqual(again["target"]["target_id"], target)
        self.assertNotIn("blocker", [f["severity"] for f in again["target"]["findings"]])

    def test_4_every_extracted_record_is_somewhere_at_every_moment_of_a_run(self):
        running = self.stack.start_migration()
        seen, states = [], set()
        while running.poll() is None:
            done = subprocess.run(self.stack.command("status", "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=60)
            migrations = json.loads(done.stdout or "{}").get("migrations", [])
            if not migrations:
                continue
            one = subprocess.run(
                self.stack.command("status", migrations[0]["migration_id"], "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=60
            )
            progress = json.loads(one.stdout or "{}")
            if "entities" not in progress:
                continue  # the notifier has not heard of it yet
            states.add(progress["migration"]["state"])
            self.check(progress)
            seen.append(progress)
        code, result = self.stack.finish(running)
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        moving = [p for p in seen if any(int(e["in_flight"]) for e in p["entities"])]
        self.assertGreater(len(moving), 3, f"{len(seen)} looks, states {states}")
        last = self.stack.q2o_json("status", result["migration_id"])
        self.check(last)
        self.assertEqual({e["entity"]: e["in_flight"] for e in last["entities"] if int(e["in_flight"])}, {})
        # What was counted before is what was read.
        read = {e["entity"]: int(e["extracted"]) for e in last["entities"]}
        for entity in self.counted["entities"]:
            self.assertEqual(read.get(entity["entity"], 0), entity["records"], entity["entity"])

    def check(self, progress):
        for e in progress["entities"]:
            self.assertEqual(int(e["extracted"]), sum(int(e[name]) for name in RECORDS), e)
            self.assertLessEqual(int(e["extracted"]), int(e["total"]), e)

    def test_5_how_long_it_takes_is_measured_by_the_runs_that_were_here(self):
        code, again = self.stack.finish(self.begin("--last"))
        self.assertEqual(code, 0)
        self.assertEqual(again["migration"]["measured_runs"], 1)
        self.assertGreaterEqual(again["migration"]["seconds_high"], again["migration"]["seconds_low"])

    def test_6_what_cannot_be_assessed_says_what_to_do(self):
        for words, reason in ((("nowhere",), "CONNECTION_NOT_FOUND"), (("--last", "--mapping", "000000000000"), "MAPPING_UNKNOWN"), (("--last", "--target", "x9"), "TARGET_NOT_FOUND")):
            done = subprocess.run(self.stack.command("assess", "--json", *words), env=self.stack.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn(reason, done.stdout)


if __name__ == "__main__":
    unittest.main()

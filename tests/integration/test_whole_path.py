"""The whole path through the real services, real Kafka and Postgres: generated and recorded company, second runs, kill -9."""
import os
import unittest

from stack import Stack, difference, shared_folder, wait_until


class GeneratedCompany(unittest.TestCase):
    """The demo's company, from the sandbox's generator."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().up()
        cls.addClassCleanup(cls.stack.down)
        cls.code, cls.result = cls.stack.migrate()
        cls.first_dump = cls.stack.odoo_dump()

    def test_matches_to_the_cent(self):
        self.assertEqual((self.code, self.result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertGreater(self.result["created"], 300)

    def test_nothing_vanishes(self):
        report = self.stack.report(self.result)
        counts = [check for check in report["checks"] if check["name"] == "counts"]
        self.assertEqual([c["outcome"] for c in counts], ["equal"])
        # The generator leaves one file whose document was deleted, as QuickBooks does: it is listed, and posts nothing.
        self.assertEqual([r["entity"] for r in report.get("rejects", [])], ["Attachable"])

    def test_no_plain_entry_and_no_number_twice(self):
        report = self.stack.report(self.result)
        self.assertEqual([f for f in report.get("fallbacks", []) if f["kind"] == "plain_entry"], [])
        numbers = [
            (record["values"]["journal_id"], record["values"]["name"])
            for record in self.first_dump.values()
            if record["model"] == "account.move" and record["values"]["state"] == "posted" and "name" in record["values"]
        ]
        self.assertGreater(len(numbers), 100)
        self.assertEqual(len(numbers), len(set(numbers)))

    def test_a_record_is_traced_both_ways(self):
        name, invoice = next((n, r) for n, r in self.first_dump.items() if r["values"].get("move_type") == "out_invoice")
        number = invoice["values"]["name"]
        found = self.stack.q2o_json("trace", "invoice", number, "--raw")
        traced = next(one for one in found if one["body"]["DocNumber"] == number)
        attempts = {one["external_id"]: one["attempts"] for one in traced["written"]}
        self.assertEqual(attempts[name][0]["outcome"], "created")
        self.assertEqual(traced["readings"][0]["topic"], "q2o.connector.raw.v1")
        back = self.stack.q2o_json("trace", "odoo", "account.move", str(attempts[name][0]["odoo_id"]))
        self.assertEqual([(one["entity"], one["source_id"]) for one in back], [("Invoice", traced["source_id"])])

    def test_zz_a_second_run_writes_nothing(self):
        code, again = self.stack.migrate()
        self.assertEqual((code, again["created"], again["changed"], again["verdict"]), (0, 0, 0, "MATCHED"), self.stack.logs())
        self.assertEqual(difference(self.first_dump, self.stack.odoo_dump()), [])


@unittest.skipUnless(shared_folder(), "../shared is not there")
class RecordedCompany(unittest.TestCase):
    """A recorded company with its true ledger."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(f"--company {shared_folder()}/qbo/company").up()
        cls.addClassCleanup(cls.stack.down)
        cls.code, cls.result = cls.stack.migrate()
        cls.report = cls.stack.report(cls.result)

    def test_all_127_transactions_equal_their_postings(self):
        self.assertEqual((self.code, self.result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertEqual(int(self.report["transactions"]), 127)
        self.assertEqual(self.report["difference"], "0.00")

    def test_only_invoice_42_takes_the_ledgers_lines(self):
        listed = [(f["entity"], f["source_id"], f["kind"]) for f in self.report.get("fallbacks", [])]
        self.assertEqual(listed, [("Invoice", "42", "ledger_lines")])

    def test_a_second_run_writes_nothing(self):
        code, again = self.stack.migrate()
        self.assertEqual((code, again["created"], again["changed"], again["verdict"]), (0, 0, 0, "MATCHED"), self.stack.logs())


class KilledServices(unittest.TestCase):
    """kill -9 of each service once in mid-run: the run completes, nothing is lost or doubled, the proof is identical."""

    @classmethod
    def setUpClass(cls):
        quiet = Stack().up()
        try:
            _, cls.undisturbed = quiet.migrate()
            cls.undisturbed_dump = quiet.odoo_dump()
            cls.undisturbed_report = quiet.report(cls.undisturbed)
        finally:
            quiet.down()

    def run_with_kills(self, services):
        stack = Stack().up()
        try:
            # A slow target stretches the run, so that every kill really falls into it.
            stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "POST", slow(120))
            process = stack.start_migration()
            seen = 0
            for service in services:
                seen = wait_until(lambda: settled(stack) > seen and settled(stack) or process.poll() is not None and 1, 120, "progress")
                stack.kill_hard(service)
            self.assertIsNone(process.poll(), "the run ended before all kills: it was not in mid-run")
            code, result = stack.finish(process)
            self.assertEqual((code, result["verdict"]), (0, "MATCHED"), stack.logs())
            self.assertEqual(difference(self.undisturbed_dump, stack.odoo_dump()), [])
            report = stack.report(result)
            self.assertEqual((report["sentence"], report["checks"]), (self.undisturbed_report["sentence"], self.undisturbed_report["checks"]))
        finally:
            stack.down()

    def test_each_service_once(self):
        self.run_with_kills(["connector", "mapper", "loader", "notifier", "billing"])

    def test_the_validator_while_it_proves(self):
        stack = Stack().up()
        try:
            stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "POST", slow(60))
            process = stack.start_migration()
            wait_until(lambda: state(stack) == "STATE_VALIDATING", 200, "VALIDATING")
            stack.kill_hard("validator")
            code, result = stack.finish(process)
            self.assertEqual((code, result["verdict"]), (0, "MATCHED"), stack.logs())
            self.assertEqual(stack.report(result)["checks"], self.undisturbed_report["checks"])
        finally:
            stack.down()


def slow(milliseconds):
    """A target that takes its time, for every call."""
    return {"faults": [{"kind": "slow", "route": "", "delay_ms": milliseconds, "count": -1}]}


def migrations(stack):
    try:
        return stack.q2o_json("status").get("migrations", [])
    except ValueError:
        return []


def state(stack):
    found = migrations(stack)
    return found[-1]["state"] if found else ""


def settled(stack):
    found = migrations(stack)
    if not found:
        return 0
    try:
        progress = stack.q2o_json("status", found[-1]["migration_id"])
    except ValueError:
        return 0
    return sum(int(e["loaded"]) + int(e["merged"]) + int(e["excluded"]) for e in progress.get("entities", []))


@unittest.skipUnless(os.environ.get("Q2O_TEST_ODOO_URL"), "no real Odoo (Q2O_TEST_ODOO_URL is not set)")
class RealOdoo(unittest.TestCase):
    """The same into a real Odoo 18: an empty database with the US chart."""

    def test_the_generated_company_matches_there(self):
        odoo = tuple(os.environ[f"Q2O_TEST_ODOO_{name}"] for name in ("URL", "DB", "USER"))
        stack = Stack().up()
        try:
            password = os.environ["Q2O_TEST_ODOO_PASSWORD"]
            code, result = stack.migrate(odoo, 900, ODOO_PASSWORD=password)
            self.assertEqual((code, result["verdict"]), (0, "MATCHED"), stack.logs())
            code, again = stack.migrate(odoo, 900, ODOO_PASSWORD=password)
            self.assertEqual((code, again["created"], again["changed"]), (0, 0, 0), stack.logs())
        finally:
            stack.down()


if __name__ == "__main__":
    unittest.main()

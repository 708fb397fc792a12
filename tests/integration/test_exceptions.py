"""What the proof says when something is really wrong: damaged and refused records, a rejected one, an entry that a person changed in Odoo."""
import json
import pathlib
import subprocess
import unittest

from stack import Stack, difference, wait_until
from tampering import Odoo, Proxy, damaged, fault

DAMAGED = ("Bill", 2)
REFUSED = "InventoryAdjustment"


def section(report, name):
    return next(check for check in report["checks"] if check["name"] == name)


def different(report):
    return [line for check in report["checks"] for line in check["lines"] if line["differs"] and not line["explained"]]


class DamagedSource(unittest.TestCase):
    """A damaged record, an entity that the source refuses, a journal entry that cannot be mapped: one run; then the source is mended."""

    mended = False

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False)
        cls.addClassCleanup(cls.stack.down)
        company = cls.stack.folder / "company"
        sandbox = pathlib.Path(cls.stack.binaries) / "sandbox/q2o-sandbox"
        subprocess.run([str(sandbox), "generate", "--out", str(company)], check=True, capture_output=True, timeout=60)
        cls.rejected = cls.spoil_a_date(company / "entities/JournalEntry.json")
        cls.stack.environment["Q2O_SANDBOX_ARGS"] = f"--company {company} --no-limits"
        cls.stack.up()
        upstream = f"http://127.0.0.1:{cls.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        cls.damage = damaged(*DAMAGED)
        cls.proxy = Proxy(upstream, cls.spoil)
        cls.addClassCleanup(cls.proxy.close)
        cls.code, cls.result = cls.stack.migrate(quickbooks=cls.proxy.url)
        if "report" not in cls.result:
            raise AssertionError(f"no proof was made: {cls.result}{cls.stack.logs()}")
        cls.report = cls.stack.report(cls.result)
        bills = json.loads((company / "entities/Bill.json").read_text())["Bill"]
        cls.damaged = sorted(bills, key=lambda bill: int(bill["Id"]))[DAMAGED[1] - 1]
        ledger = json.loads((company / "ledger.json").read_text())
        cls.refused = sorted(one["txn_id"] for one in ledger if one["entity"] == REFUSED)

    @staticmethod
    def spoil_a_date(file):
        entries = json.loads(file.read_text())
        entry = entries["JournalEntry"][0]
        entry["TxnDate"] = "2026-13-45"
        file.write_text(json.dumps(entries))
        return entry["Id"]

    @classmethod
    def spoil(cls, statement):
        if cls.mended:
            return None
        if f"FROM {REFUSED}" in statement:
            return fault("4001", "Invalid query")
        return cls.damage(statement)

    def test_the_books_match_with_exceptions_and_never_without(self):
        self.assertEqual((self.code, self.result["verdict"]), (3, "MATCHED WITH EXCEPTIONS"), self.explain())
        self.assertEqual(different(self.report), [])
        self.assertIn("could not be read", self.report["sentence"])

    def test_the_damaged_record_is_named_with_its_transaction(self):
        unread = [one for one in self.report["unread"] if one["entity"] == "Bill"]
        self.assertEqual([one["source_id"] for one in unread], [self.damaged["Id"]])
        self.assertIn(f"position {DAMAGED[1]} cannot be read", unread[0]["reason"])
        self.assertIn(self.damaged["TxnDate"], unread[0]["label"])
        self.assertEqual(unread[0]["became"], "booked in Odoo with the ledger's amounts")

    def test_the_refused_entity_is_tied_to_the_ledgers_transactions(self):
        self.assertGreater(len(self.refused), 0)
        unread = [one for one in self.report["unread"] if one["entity"] == REFUSED]
        self.assertEqual(sorted(one["source_id"] for one in unread), self.refused)
        absent = [one for one in self.report["not_migrated"] if one["kind"] == "refused"]
        self.assertEqual([one["entity"] for one in absent], [REFUSED])

    def test_the_rejected_entry_is_named_and_explains_what_is_missing(self):
        self.assertIn(("JournalEntry", self.rejected), [(one["entity"], one["source_id"]) for one in self.report["rejects"]])
        lines = [line for line in section(self.report, "transactions")["lines"] if line["differs"]]
        self.assertEqual({line["source_id"] for line in lines}, {self.rejected})
        self.assertTrue(all(line["explained"] for line in lines))

    def test_the_rest_of_the_run_is_unharmed(self):
        self.assertGreater(self.result["created"], 300)
        counts = {line["entity"]: line for line in section(self.report, "counts")["lines"] if not line["differs"]}
        self.assertIn("0 rejected, 0 left out", counts["Invoice"]["note"])
        page = pathlib.Path(self.result["report"]).read_text()
        self.assertIn("Records of the source that could not be read", page)

    def again(self, mended):
        """Another run: (result, report, names of our records without the connection)."""
        type(self).mended = mended
        code, result = self.stack.migrate(quickbooks=self.proxy.url)
        self.assertEqual((code, result["verdict"]), (3, "MATCHED WITH EXCEPTIONS"), self.stack.logs())
        report = self.stack.report(result)
        self.assertEqual(different(report), [])
        return result, report, {name.split("_", 1)[1] for name in self.stack.odoo_dump()}

    def test_zz_what_can_be_read_again_takes_the_place_of_its_entry(self):
        bill, refused = "bill_" + self.damaged["Id"], ["inventory_adjustment_" + one for one in self.refused]
        entries = ["ledger_transaction_" + one for one in [self.damaged["Id"], *self.refused]]
        before = {name.split("_", 1)[1] for name in self.stack.odoo_dump()}
        self.assertEqual((set(entries) - before, {bill, *refused} & before), (set(), set()))

        result, report, names = self.again(mended=True)
        self.assertEqual([one for one in report.get("unread", []) if one["entity"] in ("Bill", REFUSED)], [])
        self.assertEqual((set(entries) & names, {bill, *refused} - names), (set(), set()))
        self.assertGreater(result["created"], len(self.refused))
        with_records = self.stack.odoo_dump()

        result, report, names = self.again(mended=False)
        self.assertEqual(difference(with_records, self.stack.odoo_dump()), [])
        self.assertEqual((result["created"], result["changed"]), (0, 0))
        unread = {one["source_id"]: one["became"] for one in report["unread"]}
        self.assertEqual({unread[one] for one in [self.damaged["Id"], *self.refused]}, {"in Odoo as an earlier run read it"})

    def explain(self):
        return json.dumps(different(self.report)[:10], indent=1) + self.stack.logs()


class ChangedInOdoo(unittest.TestCase):
    """A person changes a posted entry in Odoo; the next proof finds it, and an acceptance stands in the report."""

    def test_a_difference_leads_to_the_record_and_can_be_accepted(self):
        stack = Stack(paced=False).up()
        self.addCleanup(stack.down)
        code, first = stack.migrate()
        self.assertEqual((code, first["verdict"]), (0, "MATCHED"), stack.logs())
        names = [name.split("_", 1)[1] for name, record in stack.odoo_dump().items() if record["model"] == "account.move"]
        entry = sorted(name for name in names if name.startswith("journal_entry_") and name.count("_") == 2)[0]
        odoo = Odoo(f"http://127.0.0.1:{stack.ports['Q2O_PORT_SANDBOX_ODOO']}")
        odoo.change_amounts(odoo.id_of(entry), 12.5)

        code, again = stack.migrate()
        self.assertEqual((code, again["verdict"]), (3, "DIFFERENT"), stack.logs())
        report = stack.report(again)
        lines = [line for line in section(report, "transactions")["lines"] if line["differs"]]
        self.assertEqual({(line["entity"], line["source_id"]) for line in lines}, {("JournalEntry", entry.rsplit("_", 1)[1])})
        self.assertEqual(sorted(line["difference"] for line in lines), ["-12.50", "12.50"])
        sums = [line for line in section(report, "trial_balance")["lines"] if line["differs"]]
        self.assertTrue(sums and all("comes from: " in line["note"] for line in sums))

        stack.q2o_json("accept", again["migration_id"], "--yes", "--reason", "corrected on purpose, agreed with the auditor")
        wait_until(lambda: stack.q2o_json("report")["verdict"] and stack.report(again)["verdict"] != "DIFFERENT", 20, "the acceptance is in the report")
        accepted = stack.report(again)
        self.assertEqual(accepted["verdict"], "MATCHED WITH EXCEPTIONS")
        self.assertEqual(accepted["acceptance"]["reason"], "corrected on purpose, agreed with the auditor")
        self.assertRegex(accepted["acceptance"]["actor"], "^cli:.+")
        self.assertEqual(int(accepted["acceptance"]["differences"]), len(different(report)))
        self.assertTrue(all(line["accepted"] for line in different(accepted)))
        self.assertIn("corrected on purpose", pathlib.Path(again["report"]).read_text())


if __name__ == "__main__":
    unittest.main()

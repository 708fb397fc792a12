"""Rejected records repaired by a person and tried again: an invoice with an amount that is none, the payment that waits for it, a record left out."""
import json
import pathlib
import subprocess
import unittest

from stack import Stack, difference


class Repair(unittest.TestCase):
    """One company with two spoiled records; repairs, retries and later runs of the same migration."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.stack.down)
        company = cls.stack.folder / "company"
        sandbox = pathlib.Path(cls.stack.binaries) / "sandbox/q2o-sandbox"
        subprocess.run([str(sandbox), "generate", "--out", str(company)], check=True, capture_output=True, timeout=60)
        cls.invoice, cls.payment = cls.spoil_a_paid_invoice(company)
        cls.entry = cls.spoil(company, "JournalEntry", lambda entry: True, lambda entry: entry.update(TxnDate="2026-13-45"))["Id"]
        cls.stack.environment["Q2O_SANDBOX_ARGS"] = f"--company {company} --no-limits"
        cls.stack.up()
        cls.code, cls.first = cls.stack.migrate()

    @staticmethod
    def spoil(company, entity, chosen, change):
        """Changes the first such record; the record as it was."""
        file = company / "entities" / f"{entity}.json"
        records = json.loads(file.read_text())
        record = next(one for one in records[entity] if chosen(one))
        good = json.loads(json.dumps(record))
        change(record)
        file.write_text(json.dumps(records))
        return good

    @classmethod
    def spoil_a_paid_invoice(cls, company):
        payments = json.loads((company / "entities/Payment.json").read_text())["Payment"]
        paid = {link["TxnId"]: payment["Id"] for payment in payments for line in payment["Line"] for link in line["LinkedTxn"] if link["TxnType"] == "Invoice"}
        invoice = cls.spoil(company, "Invoice", lambda one: one["Id"] in paid, lambda one: one["Line"][0].update(Amount="n/a"))
        return invoice, paid[invoice["Id"]]

    def q2o(self, *words):
        done = subprocess.run(self.stack.command(*words), env=self.stack.environment, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def again(self, *words):
        """A command that runs to its end: (exit code, result, report)."""
        process = subprocess.Popen(
            self.stack.command(*words, "--json"), env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        code, result = self.stack.finish(process, 180)
        return code, result, self.stack.report(result)

    def explain(self, report):
        """What differs, and what the services say."""
        lines = [line for check in report["checks"] for line in check["lines"] if line["differs"] and not line["explained"]]
        return json.dumps(lines[:15], indent=1) + self.stack.logs()

    def rejected(self):
        return {(one["entity"], one["source_id"]) for one in self.stack.q2o_json("rejects") if one["entity"] != "Attachable"}

    def names(self):
        return {name.split("_", 1)[1] for name in self.stack.odoo_dump()}

    def test_1_the_invoice_is_rejected_and_its_payment_waits_for_it(self):
        self.assertEqual((self.code, self.first["verdict"]), (3, "MATCHED WITH EXCEPTIONS"), self.stack.logs())
        self.assertEqual(self.rejected(), {("Invoice", self.invoice["Id"]), ("JournalEntry", self.entry), ("Payment", self.payment)})
        code, out, _ = self.q2o("rejects")
        self.assertEqual(code, 0)
        self.assertIn("q2o retry", out)

    def test_2_a_repair_says_what_is_wrong_with_it(self):
        for words, reason in (
            (["--set", "TxnDat.x=2026-01-05"], "REPAIR_PATH"),
            (["--set", "Line.1.Amount=12,50"], "REPAIR_VALUE"),
            (["--set", "TxnDate=2026-01-05", "--exclude"], "REPAIR_KIND"),
        ):
            code, out, _ = self.q2o("repair", "invoice", self.invoice["Id"], *words, "--why", "test", "--json")
            self.assertEqual((code, reason in out), (1, True), out)
        self.assertEqual(self.q2o("repair", "invoice", self.invoice["Id"], "--set", "TxnDate=2026-01-05")[0], 2, "a reason is needed")
        payment = self.q2o("repair", "customer", "1", "--exclude", "--why", "test", "--json")
        self.assertEqual((payment[0], "RECORD_IS_LOADED" in payment[1]), (1, True), payment)
        self.assertEqual(self.stack.q2o_json("repairs"), [])

    def test_3_a_retry_brings_the_repaired_invoice_and_its_payment_follows(self):
        before = self.stack.odoo_dump()
        code, out, err = self.q2o("repair", "invoice", self.invoice["Id"], "--set", f"Line.0.Amount={self.invoice['Line'][0]['Amount']}", "--why", "as on paper")
        self.assertEqual(code, 0, out + err)
        self.assertIn("Next: q2o retry", out)
        code, out, err = self.q2o("repair", "journalentry", self.entry, "--exclude", "--why", "a duplicate")
        self.assertEqual(code, 0, out + err)

        code, result, report = self.again("retry")
        self.assertEqual((code, result["verdict"], result["run"]), (3, "MATCHED WITH EXCEPTIONS", 2), self.explain(report))
        self.assertEqual(self.rejected(), set())
        new = {name.split("_", 1)[1] for name in set(self.stack.odoo_dump()) - set(before)}
        self.assertIn(f"invoice_{self.invoice['Id']}", new)
        for name in new:
            self.assertRegex(name, f"^(invoice_{self.invoice['Id']}|payment_{self.payment})(_|$)")
        self.assertEqual((result["created"], result["changed"]), (len(new), 0))
        self.assertIn("except for 1 posting record that was not taken over", report["sentence"])
        repairs = {(one["entity"], one["source_id"]): one["reason"] for one in report["repairs"]}
        self.assertRegex(repairs["Invoice", self.invoice["Id"]], r"^Line\.0\.Amount: .* instead of n/a\. as on paper \(cli:.+, ")
        self.assertRegex(repairs["JournalEntry", self.entry], r"^Left out: a duplicate \(cli:.+, ")
        left_out = [one for one in report["not_migrated"] if one["kind"] == "excluded" and one["source_id"] == self.entry]
        self.assertEqual([one["posting"] for one in left_out], [True])
        self.assertIn("as on paper", pathlib.Path(result["report"]).read_text())

    def test_4_when_the_last_one_is_repaired_too_the_books_match(self):
        code, out, err = self.q2o("repair", "journalentry", self.entry, "--withdraw", "--why", "it is none")
        self.assertEqual(code, 0, out + err)
        code, out, err = self.q2o("repair", "journalentry", self.entry, "--set", "TxnDate:=null", "--why", "the ledger knows the day")
        self.assertEqual(code, 0, out + err)
        code, result, report = self.again("retry")
        self.assertEqual((code, result["verdict"], report["difference"]), (0, "MATCHED", "0.00"), self.explain(report))
        self.assertEqual(self.rejected(), set())
        listed = self.stack.q2o_json("repairs")
        self.assertEqual([(one["kind"], one["counts"]) for one in listed], [("set", True), ("exclude", False), ("withdraw", False), ("set", True)])
        self.assertTrue(all(one["actor"].startswith("cli") and one["why"] and one["at"] for one in listed))

    def test_5_repairs_survive_replays_and_later_runs_and_leave_the_log_as_it_is(self):
        matched = self.stack.odoo_dump()
        # A file that hangs on a record which was rejected comes when the source may be asked again.
        for command, files in ((["replay"], 0), (self.stack.migrate_command()[1:], 1)):
            code, result, report = self.again(*command)
            self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.explain(report))
            self.assertEqual((result["created"], result["changed"]), (files, 0))
            self.assertEqual(len(report["repairs"]), 2)
            records = {name: record for name, record in self.stack.odoo_dump().items() if record["model"] != "ir.attachment"}
            self.assertEqual(difference({name: matched[name] for name in matched if matched[name]["model"] != "ir.attachment"}, records), [])
        traced = self.stack.q2o_json("trace", "invoice", self.invoice["Id"], "--raw")
        self.assertEqual([one["body"]["Line"][0]["Amount"] for one in traced], ["n/a"])


if __name__ == "__main__":
    unittest.main()

"""The whole path through the real services, real Kafka and Postgres: generated and recorded company, second runs, kill -9."""
import decimal
import hashlib
import json
import os
import re
import subprocess
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
        self.assertEqual({(r["entity"], r["source_id"]) for r in report.get("rejects", [])}, {("Attachable", "5004")})

    def test_files_arrive_byte_for_byte_on_their_records(self):
        folder = self.stack.folder / "company"
        subprocess.run([f"{self.stack.binaries}/sandbox/q2o-sandbox", "generate", "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)
        wanted = {}
        for paper in json.loads((folder / "entities/Attachable.json").read_text())["Attachable"]:
            if "FileName" not in paper or paper["Id"] == "5004":
                continue
            checksum = hashlib.sha1((folder / "files" / paper["Id"]).read_bytes()).hexdigest()
            for on in paper["AttachableRef"]:
                kind, record = on["EntityRef"]["type"], on["EntityRef"]["value"]
                wanted[f"_attachable_{paper['Id']}_file_{kind.lower()}_{record}"] = (checksum, paper["Size"], f"_{snake_case(kind)}_{record}")
        found = {}
        for name, record in self.first_dump.items():
            if record["model"] == "ir.attachment":
                values = record["values"]
                holder = values["res_id"].removesuffix("_line")
                found[name[name.index("_"):]] = (values["checksum"], values["file_size"], holder[holder.index("_"):])
        self.assertGreater(len(wanted), 7)
        self.assertEqual(found, wanted)
        files = [check for check in self.stack.report(self.result)["checks"] if check["name"] == "files"]
        self.assertEqual([(c["outcome"], c["note"]) for c in files], [("equal", "1 of 8 files were not moved.")])

    def test_bank_items_that_were_not_reconciled_are_listed(self):
        folder = self.stack.folder / "clearing"
        subprocess.run([f"{self.stack.binaries}/sandbox/q2o-sandbox", "generate", "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)
        banks = {a["Id"] for a in json.loads((folder / "entities/Account.json").read_text())["Account"] if a["AccountType"] in ("Bank", "Credit Card")}
        ledger = json.loads((folder / "ledger.json").read_text())
        month = max(one["date"] for one in ledger for line in one["lines"] if line["account_id"] in banks)[:7]
        wanted = {
            (line["account_id"], one["txn_id"])
            for one in ledger
            if one["date"] >= month
            for line in one["lines"]
            if line["account_id"] in banks and decimal.Decimal(line["amount"]) != 0
        }
        report = self.stack.report(self.result)
        listed = {(account["source_id"], item["source_id"]) for account in report["uncleared"] for item in account["items"]}
        self.assertGreater(len(wanted), 5)
        self.assertEqual(listed, wanted)
        for account in report["uncleared"]:
            self.assertEqual(decimal.Decimal(account["amount"]), sum(decimal.Decimal(item["amount"]) for item in account["items"]))

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


class BritishCompany(unittest.TestCase):
    """Pounds with euros and dollars beside them, VAT on every line, a year from April, every hard case several times; and a chart whose
    accounts bear other names than those of the generic one."""

    def test_matches_and_its_documents_stay_documents(self):
        stack = Stack("--company generated:uk:small:1 --odoo-national-chart", paced=False).up()
        self.addCleanup(stack.down)
        code, result = stack.migrate()
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), stack.logs())
        report = stack.report(result)
        self.assertEqual((report["home_currency"], report["difference"]), ("GBP", "0.00"))
        kinds = [fallback["kind"] for fallback in report.get("fallbacks", [])]
        self.assertEqual([kind for kind in kinds if kind != "ledger_lines"], [])
        self.assertLessEqual(len(kinds) * 100, int(report["transactions"]))


@unittest.skipUnless(shared_folder(), "../shared is not there")
class RecordedCompany(unittest.TestCase):
    """A recorded company with its true ledger."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(f"--company {shared_folder()}/qbo/company", paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        cls.code, cls.result = cls.stack.migrate()
        cls.report = cls.stack.report(cls.result)
        cls.ledger = json.loads((shared_folder() / "qbo/company/ledger.json").read_text())

    def test_all_127_transactions_equal_their_postings(self):
        self.assertEqual((self.code, self.result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertEqual(int(self.report["transactions"]), 127)
        self.assertEqual(self.report["difference"], "0.00")

    def test_every_transaction_is_its_native_record(self):
        ours = {name.split("_", 1)[1]: record for name, record in self.stack.odoo_dump().items()}
        wrong = []
        for transaction in self.ledger:
            for name, model, move_type in native_records(transaction):
                record = ours.get(name)
                found = record and (record["model"], record["values"].get("move_type") if model == "account.move" else None)
                if found != (model, move_type):
                    wrong.append((transaction["txn_type"], name, (model, move_type), found))
        self.assertEqual(wrong, [])

    def test_bank_and_card_journals_show_the_ledgers_balances(self):
        dump = self.stack.odoo_dump()
        ledger = {}
        for transaction in self.ledger:
            for line in transaction["lines"]:
                ledger[line["account_id"]] = ledger.get(line["account_id"], 0) + decimal.Decimal(line["amount"])
        journals = {name.split("_", 1)[1]: record["values"] for name, record in dump.items() if record["model"] == "account.journal"}
        for account, balance in (("35", "1201.00"), ("36", "800.00"), ("41", "-157.72")):
            journal = f"_account_{account}_journal"
            self.assertTrue(journals[journal[1:]]["default_account_id"].endswith(f"_account_{account}"), journal)
            lines = [r["values"] for r in dump.values() if r["model"] == "account.bank.statement.line" and r["values"]["journal_id"].endswith(journal)]
            card = sum(decimal.Decimal(str(line["amount"])).quantize(decimal.Decimal("0.01")) for line in lines)
            self.assertEqual((card, ledger[account]), (decimal.Decimal(balance), decimal.Decimal(balance)), journal)

    def test_only_invoice_42_takes_the_ledgers_lines(self):
        listed = [(f["entity"], f["source_id"], f["kind"]) for f in self.report.get("fallbacks", [])]
        self.assertEqual(listed, [("Invoice", "42", "ledger_lines")])

    def test_a_second_run_writes_nothing(self):
        before = self.stack.odoo_dump()
        code, again = self.stack.migrate()
        self.assertEqual((code, again["created"], again["changed"], again["verdict"]), (0, 0, 0, "MATCHED"), self.stack.logs())
        self.assertGreater(again["unchanged"], 300)
        self.assertEqual(difference(before, self.stack.odoo_dump()), [])


# What a transaction becomes in the money mode `native`: the kind of a document's move.
DOCUMENTS = {
    "Invoice": "out_invoice", "SalesReceipt": "out_receipt", "CreditMemo": "out_refund", "RefundReceipt": "out_refund",
    "Bill": "in_invoice", "VendorCredit": "in_refund",
}  # fmt: skip
BANKS_AND_CARDS = ("35", "36", "41")


def native_records(transaction):
    """(record, model, kind of move) that the transaction must have."""
    entity, accounts = transaction["entity"], {line["account_id"] for line in transaction["lines"] if float(line["amount"])}
    name = f"{snake_case(entity or 'LedgerTransaction')}_{transaction['txn_id']}"
    at_bank = bool(accounts & set(BANKS_AND_CARDS))
    line = (f"{name}_line", "account.bank.statement.line", None)
    if entity in ("Invoice", "CreditMemo", "Bill", "VendorCredit"):
        return [(name, "account.move", DOCUMENTS[entity])]
    if entity in ("SalesReceipt", "RefundReceipt"):
        return [(name, "account.move", DOCUMENTS[entity]), (f"{name}_pay", "account.payment", None)] + [line] * at_bank
    if entity in ("Payment", "BillPayment"):
        # A payment of 0.00 only matches what it links.
        money = [(name, "account.payment", None)] + [line] * at_bank
        return money if accounts else [(f"{name}_match1", "account.partial.reconcile", None)]
    return [line] if at_bank else [(name, "account.move", "entry")]


def snake_case(entity):
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(entity))


class KilledServices(unittest.TestCase):
    """kill -9 of each service once in mid-run: the run completes, nothing is lost or doubled, the proof is identical."""

    long = True

    @classmethod
    def setUpClass(cls):
        quiet = Stack(paced=False).up()
        try:
            _, cls.undisturbed = quiet.migrate()
            cls.undisturbed_dump = quiet.odoo_dump()
            cls.undisturbed_report = quiet.report(cls.undisturbed)
        finally:
            quiet.down()

    def run_with_kills(self, services):
        stack = Stack().up()
        try:
            # A slow target stretches the run, so that every kill really falls into it; at the end it is quick again.
            stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "POST", slow(400))
            process = stack.start_migration()
            seen = 0
            for service in services:
                seen = wait_until(lambda: settled(stack) > seen and settled(stack) or process.poll() is not None and 1, 120, "progress")
                stack.kill_hard(service)
            self.assertIsNone(process.poll(), "the run ended before all kills: it was not in mid-run")
            stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "DELETE")
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
        stack = Stack(paced=False).up()
        try:
            # Only a proof asks for sums: it does not end before it is killed.
            stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "POST", slow(5000, "account.move.line.read_group"))
            process = stack.start_migration()
            wait_until(lambda: state(stack) == "STATE_VALIDATING", 200, "VALIDATING")
            stack.kill_hard("validator")
            self.assertEqual(state(stack), "STATE_VALIDATING")
            self.assertIsNone(process.poll(), "the proof ended before the kill")
            stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "DELETE")
            code, result = stack.finish(process)
            self.assertEqual((code, result["verdict"]), (0, "MATCHED"), stack.logs())
            self.assertEqual(stack.report(result)["checks"], self.undisturbed_report["checks"])
        finally:
            stack.down()


def snake_case(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def slow(milliseconds, route=""):
    """A target that takes its time, for every call or for those of one route."""
    return {"faults": [{"kind": "slow", "route": route, "delay_ms": milliseconds, "count": -1}]}


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
            self.assertGreater(again["unchanged"], 300)
        finally:
            stack.down()


if __name__ == "__main__":
    unittest.main()

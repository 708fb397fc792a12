"""Undo through the real services: what is left in Odoo is what was there before, and what has been worked with since."""
import json
import subprocess
import unittest

import tampering
from stack import Stack, difference, wait_until

MODELS = [
    "account.account", "account.journal", "account.payment.method.line", "account.tax", "account.tax.repartition.line", "account.tax.group",
    "account.payment.term", "account.payment.term.line", "account.analytic.plan", "account.analytic.account", "account.analytic.line", "account.move", "account.move.line",
    "account.payment", "account.bank.statement.line", "account.partial.reconcile", "account.full.reconcile", "res.partner", "res.partner.category",
    "res.partner.bank", "res.currency", "res.currency.rate", "res.company", "product.category", "product.template", "product.product", "hr.employee",
    "hr.department", "resource.resource", "sale.order", "purchase.order", "project.project", "project.task", "mail.message", "ir.attachment",
    "decimal.precision", "ir.config_parameter", "ir.actions.server",
]  # fmt: skip
PASSING = ("write_date", "kanban_dashboard", "cumulated_balance")


def without_label(value):
    """[7, "Customer Invoices"] is a link to 7, whatever that is called just now."""
    return value[0] if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str) else value


def own_values(record):
    """Without the lists of those that refer to it: some of them go."""
    return {name: value for name, value in record.items() if not isinstance(value, list)}


class Odoo(tampering.Odoo):
    """The sandbox's Odoo, as a person's browser would call it; one who sees plans of analytic accounts."""

    def __init__(self, url):
        super().__init__(url)
        group = self.call("ir.model.data", "search_read", [["module", "=", "analytic"], ["name", "=", "group_analytic_accounting"]], ["res_id"])
        self.call("res.users", "write", [self.uid], {"groups_id": [[4, group[0]["res_id"]]]})

    def everything(self):
        """{(model, id): record} of all that the books are made of."""
        all_of_it = {}
        for model in MODELS:
            for record in self.call(model, "search_read", [], [], context={"active_test": False}):
                all_of_it[model, record["id"]] = {name: without_label(value) for name, value in record.items() if name not in PASSING}
        return all_of_it

    def has_a_class(self, move):
        lines = self.call("account.move.line", "search_read", [["move_id", "=", move]], ["analytic_distribution"])
        return any(line["analytic_distribution"] for line in lines)

    def pay(self, invoice, amount):
        """A customer's payment of today for an invoice, as it is registered on the invoice's page."""
        partner = self.call("account.move", "read", [invoice], ["partner_id"])[0]["partner_id"][0]
        bank = self.call("ir.model.data", "search_read", [["module", "=", "account"], ["name", "=", "1_bank"]], ["res_id"])[0]["res_id"]
        values = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner, "amount": amount, "journal_id": bank}
        payment = self.call("account.payment", "create", values)
        self.call("account.payment", "action_post", [payment])
        move = self.call("account.payment", "read", [payment], ["move_id"])[0]["move_id"][0]
        receivable = [["move_id", "in", [invoice, move]], ["account_id.account_type", "=", "asset_receivable"]]
        self.call("account.move.line", "reconcile", self.call("account.move.line", "search", receivable))


class Undo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().up()
        cls.addClassCleanup(cls.stack.down)
        cls.odoo = Odoo(f"http://127.0.0.1:{cls.stack.ports['Q2O_PORT_SANDBOX_ODOO']}")

    def undo(self, *words):
        done = subprocess.run(self.stack.command("undo", *words, "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.stack.logs())
        return json.loads(done.stdout)

    def migrated(self):
        code, result = self.stack.migrate()
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        return result

    def assert_same(self, one, other):
        self.assertEqual(difference({str(key): one[key] for key in one}, {str(key): other[key] for key in other}), [])

    def test_1_takes_back_everything_and_the_books_can_be_loaded_again(self):
        before = self.odoo.everything()
        first = self.migrated()
        loaded = self.odoo.everything()
        plan = self.undo("--dry-run")
        self.assert_same(self.odoo.everything(), loaded)
        done = self.undo_with_a_kill()
        self.assert_same(self.odoo.everything(), before)
        self.assertEqual([done[count] for count in ("removed", "reversed", "kept", "left")], [plan["removed"], 0, 0, 0])
        self.assertEqual(self.stack.odoo_dump(), {})
        again = self.undo("--yes")
        self.assertEqual([again[count] for count in ("removed", "reversed", "kept", "restored")], [0, 0, 0, 0])
        kinds = [event["kind"] for event in self.stack.q2o_json("history")["events"]]
        self.assertEqual([kind for kind in kinds if kind in ("RUN_UNDONE", "DRY_RUN_ENDED")], ["DRY_RUN_ENDED", "RUN_UNDONE", "RUN_UNDONE"])
        self.assertEqual(self.migrated()["created"], first["created"])

    def undo_with_a_kill(self):
        """kill -9 of the loader in the middle: the run goes on by itself."""
        self.stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "POST", {"faults": [{"kind": "slow", "route": "ir.actions.server.run", "delay_ms": 200, "count": -1}]})
        process = subprocess.Popen(self.stack.command("undo", "--yes", "--json"), env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        size = len(self.stack.odoo_dump())
        wait_until(lambda: len(self.stack.odoo_dump()) < size - 100, 120, "the undo has taken something back")
        self.stack.kill_hard("loader")
        self.assertIsNone(process.poll(), "the undo had ended before the kill")
        self.stack.get("Q2O_PORT_SANDBOX_ODOO", "/control/faults", "DELETE")
        code, done = self.stack.finish(process)
        self.assertEqual(code, 0, self.stack.logs())
        return done

    def test_2_keeps_what_has_been_worked_with_since(self):
        self.migrated()
        before = self.odoo.everything()
        ours = {tuple(row[key] for key in ("model", "res_id")): row["name"] for row in self.odoo.call("ir.model.data", "search_read", [["module", "=", "q2o"]], ["name", "model", "res_id"])}
        open_invoices = [["move_type", "=", "out_invoice"], ["payment_state", "=", "not_paid"], ["amount_residual", ">", 20]]
        invoice = next(one for one in self.odoo.call("account.move", "search", open_invoices) if self.odoo.has_a_class(one))
        self.odoo.pay(invoice, 10)
        vendor = next(key[1] for key in ours if key[0] == "res.partner" and before[key]["supplier_rank"] > 0)
        self.odoo.call("res.partner", "write", [vendor], {"phone": "555 0100"})
        worked = self.odoo.everything()

        plan = self.undo("--dry-run")
        self.assert_same(self.odoo.everything(), worked)
        done = self.undo("--yes", "--reason", "the wrong year")
        records = [record for record in done["records"] if record["external_id"]]
        self.assertEqual(records, [record for record in plan["records"] if record["external_id"]])
        self.assertEqual((done["removed"], done["kept"]), (plan["removed"], plan["kept"]))
        reasons = {(record["model"], record["odoo_id"]): record["reason"] for record in records}
        self.assertIn("reconciled with ", reasons["account.move", invoice])
        self.assertIn("changed by ", reasons["res.partner", vendor])
        self.assertIn("account.analytic.plan", {model for model, _ in reasons}, "what the class of a kept invoice needs")
        left = self.odoo.everything()
        for key in reasons:
            self.assertEqual(own_values(left[key]), own_values(worked[key]), "a kept record is untouched")
        self.assertGreater(done["removed"], done["kept"])
        self.assertEqual(set(self.stack.odoo_dump()), {record["external_id"] for record in records}, "nothing else bears our name")
        again = self.undo("--yes")
        self.assertEqual((again["removed"], again["reversed"], again["kept"]), (0, 0, done["kept"]))
        self.assert_same(self.odoo.everything(), left)


if __name__ == "__main__":
    unittest.main()

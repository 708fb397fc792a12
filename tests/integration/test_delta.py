"""Delta: the source has changed since the first migration; Odoo follows, and the proof holds."""
import json
import subprocess
import unittest

import tampering
from stack import Stack, difference


class Changes:
    """A company that was migrated, and in which the bookkeeper changes something."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        company = json.loads(cls.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/company"))
        cls.last_date = company["last_date"]
        cls.closed_until = f"{company['last_date'][:4]}-01-31"
        cls.change({"op": "close", "until": cls.closed_until})
        cls.code, cls.first = cls.stack.migrate()
        cls.odoo = tampering.Odoo(f"http://127.0.0.1:{cls.stack.ports['Q2O_PORT_SANDBOX_ODOO']}")

    @classmethod
    def change(cls, *wishes):
        """What the bookkeeper does in QuickBooks meanwhile."""
        return json.loads(cls.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/change", "POST", {"changes": list(wishes)}))["done"]

    def delta(self, *words):
        process = subprocess.Popen(
            self.stack.command("delta", "--json", *words), env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return self.stack.finish(process, 120)

    def row_of(self, done):
        """Id in Odoo of the entry of a record that the bookkeeper has changed."""
        name = f"_{done['entity'].lower()}_{done['id']}"
        return self.odoo.call("ir.model.data", "search_read", [["name", "=like", "%" + name], ["model", "=", "account.move"]], ["res_id"])[0]["res_id"]

    def total(self, done):
        return self.odoo.call("account.move", "read", [self.row_of(done)], ["amount_total"])[0]["amount_total"]

    def lock_date(self):
        return self.odoo.call("res.company", "read", [1], ["fiscalyear_lock_date"])[0]["fiscalyear_lock_date"]

    def assert_counts(self, result, *counts):
        self.assertEqual(tuple(result[name] for name in ("added", "changed", "deleted")), counts, result)


class Delta(Changes, unittest.TestCase):
    """One company, step by step: migrated, changed, asked for its changes, changed again, closed."""

    def test_1_follows_what_the_bookkeeper_did(self):
        self.assertEqual((self.code, self.first["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertEqual(self.lock_date(), self.closed_until)
        before = self.stack.odoo_dump()
        invoice, copy, gone, void, closed, bill, merged = self.change(
            {"op": "edit", "entity": "Invoice"},
            {"op": "new", "entity": "Invoice"},
            {"op": "delete", "entity": "Invoice"},
            {"op": "void", "entity": "Invoice"},
            {"op": "edit", "entity": "Invoice", "closed": True},
            {"op": "delete", "entity": "Bill"},
            {"op": "merge", "id": "12", "into": "13", "gone": True},
        )
        code, shown = self.delta("--dry-run")
        self.assertEqual(code, 0, self.stack.logs())
        self.assertEqual(difference(before, self.stack.odoo_dump()), [])
        code, result = self.delta()
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        for name in ("added", "changed", "deleted", "entities", "closed"):
            self.assertEqual(result[name], shown[name], "what the dry run had said")
        self.assertEqual((result["base_run"], result["added"]), (1, 1))
        self.assertGreaterEqual(result["changed"], 3)
        self.assertEqual(result["deleted"], 3, "two documents and a customer")
        self.assertIn(closed["id"], [one["source_id"] for one in result["closed"]])
        self.assertEqual(self.lock_date(), self.closed_until, "put back")
        after = self.stack.odoo_dump()
        name = next(iter(before)).split("_")[0]
        self.assertNotIn(f"{name}_invoice_{gone['id']}", after)
        self.assertNotIn(f"{name}_bill_{bill['id']}", after)
        self.assertNotIn(f"{name}_customer_{merged['id']}", after)
        self.assertIn(f"{name}_invoice_{copy['id']}", after)
        self.assertAlmostEqual(self.total(invoice), float(invoice["after"]), 2)
        self.assertAlmostEqual(self.total(copy), float(copy["after"]), 2)
        self.assertEqual(self.total(void), 0)
        self.assertGreater(result["removed"], 1)
        self.assertLess(result["created"] + result["changed"], result["unchanged"] // 4, "only what differs is written")
        report = self.stack.report(result)
        self.assertIn(closed["id"], [one["source_id"] for one in report["closed_changes"]])

    def test_2_a_second_one_writes_nothing(self):
        before = self.stack.odoo_dump()
        code, result = self.delta()
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertEqual([result[name] for name in ("created", "changed", "removed")], [0, 0, 0], result)
        self.assert_counts(result, 0, 0, 0)
        self.assertEqual(difference(before, self.stack.odoo_dump()), [])

    def test_3_a_whole_migration_takes_away_too_and_later_deltas_begin_there(self):
        self.change({"op": "delete", "entity": "Invoice"})
        code, result = self.stack.migrate()
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertGreater(result["removed"], 0)
        code, result = self.delta()
        self.assertEqual((code, result["verdict"], result["created"], result["changed"], result["removed"]), (0, "MATCHED", 0, 0, 0), self.stack.logs())

    def test_4_what_a_person_has_worked_with_stays_and_is_listed(self):
        gone = self.change({"op": "delete", "entity": "Invoice"})[0]
        invoice = self.row_of(gone)
        self.odoo.call("account.move", "write", [invoice], {"narration": "ask Amy first"})
        code, result = self.delta()
        self.assertEqual((code, result["verdict"]), (3, "DIFFERENT"), self.stack.logs())
        rejects = self.stack.report(result)["rejects"]
        self.assertIn("GONE_IN_SOURCE_KEPT", [one["reason"] for one in rejects if one["source_id"] == gone["id"]])
        self.odoo.call("account.move", "button_draft", [invoice])
        self.odoo.call("account.move", "unlink", [invoice])

    def test_5_at_go_live_the_books_are_closed_when_they_are_proven(self):
        until = self.closed_until[:5] + "02-28"
        code, result = self.delta("--lock-until", until, "--yes")
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertEqual(self.lock_date(), until)


class AfterGoLive(Changes, unittest.TestCase):
    """People work in Odoo while somebody still changes the source."""

    def test_1_what_odoo_has_locked_is_closed_too(self):
        """The source has closed January; Odoo is locked until the last day."""
        self.assertEqual((self.code, self.first["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.odoo.call("res.company", "write", [1], {"fiscalyear_lock_date": self.last_date})
        edited = self.change({"op": "edit", "entity": "Invoice"})[0]
        self.assertGreater(edited["date"], self.closed_until, "the sandbox edits what the source keeps open")
        code, result = self.delta()
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.assertIn(edited["id"], [one["source_id"] for one in self.stack.report(result)["closed_changes"]])
        self.assertEqual(self.lock_date(), self.last_date, "put back")

    def test_2_a_match_that_a_person_made_outlives_a_change_that_leaves_room_for_it(self):
        """Half of an open invoice is paid in Odoo alone; then the invoice grows, and then it is voided."""
        self.odoo.call("res.company", "write", [1], {"fiscalyear_lock_date": False})
        edited = self.change({"op": "edit", "entity": "Invoice"})[0]
        self.assertEqual(self.delta()[0], 0)
        invoice = self.row_of(edited)
        due = [["move_id", "=", invoice], ["account_id.account_type", "=", "asset_receivable"]]
        receivable = self.odoo.call("account.move.line", "search_read", due, ["account_id", "partner_id", "amount_residual", "balance"])[0]
        half = round(receivable["balance"] / 2, 2)
        journal = self.odoo.call("account.journal", "search", [["type", "=", "general"]])[0]
        other = self.odoo.call("account.account", "search", [["account_type", "=", "expense"]])[0]
        lines = [[0, 0, {"account_id": receivable["account_id"][0], "partner_id": receivable["partner_id"][0], "balance": -half}],
                 [0, 0, {"account_id": other, "balance": half}]]  # fmt: skip
        entry = self.odoo.call("account.move", "create", {"move_type": "entry", "journal_id": journal, "date": self.last_date, "line_ids": lines})
        self.odoo.call("account.move", "action_post", [entry])
        theirs = self.odoo.call("account.move.line", "search", [["move_id", "=", entry], ["account_id", "=", receivable["account_id"][0]]])[0]
        self.odoo.call("account.move.line", "reconcile", [receivable["id"], theirs])
        open_of_theirs = lambda: self.odoo.call("account.move.line", "read", [theirs], ["amount_residual"])[0]["amount_residual"]  # noqa: E731
        self.assertEqual(open_of_theirs(), 0)
        self.change({"op": "edit", "entity": "Invoice", "id": edited["id"]})
        code, result = self.delta()
        self.assertEqual((code, result["verdict"]), (3, "DIFFERENT"), "the entry is in Odoo alone")
        self.assertEqual(open_of_theirs(), 0, "still matched")
        self.change({"op": "void", "entity": "Invoice", "id": edited["id"]})
        result = self.delta()[1]
        self.assertAlmostEqual(open_of_theirs(), -half, 2)
        told = [one for one in self.stack.report(result)["settings"] if one["name"].startswith("match of ")]
        self.assertEqual([one["during"] for one in told], ["not matched"])


if __name__ == "__main__":
    unittest.main()

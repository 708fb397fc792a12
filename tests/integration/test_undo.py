"""Undo through the real services: what is left in Odoo is what was there before, and what has been worked with since."""
import json
import subprocess
import unittest

from stack import Stack, difference, wait_until
from whole_odoo import Odoo, own_values


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

"""A migration with a first day: opening balances and open items, later payments find what they settle, the proof of the cut-over date and after."""
import subprocess
import unittest

from stack import Odoo, Stack, difference, shared_folder


def section(report, name):
    return next(check for check in report["checks"] if check["name"] == name)


class Depth:
    """What holds of every company and every choice."""

    def migrate(self, *choice, odoo=None):
        command = [*self.stack.migrate_command(odoo and odoo.target()), *choice]
        return self.stack.finish(subprocess.Popen(command, env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))

    def matched(self, *choice, odoo=None):
        code, result = self.migrate(*choice, odoo=odoo)
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"), self.stack.logs())
        return result

    def proven(self, result, words):
        report = self.stack.report(result)
        self.assertEqual(report["difference"], "0.00")
        self.assertIn(words, report["extent"])
        cut_over = section(report, "cut_over")
        self.assertGreater(int(cut_over["compared"]), 10)
        self.assertEqual(int(cut_over.get("different", 0)), 0)
        return report

    def nothing_new(self, *choice):
        before = self.stack.odoo_dump()
        again = self.matched(*choice)
        self.assertEqual((again["created"], again["changed"]), (0, 0), self.stack.logs())
        self.assertEqual(difference(before, self.stack.odoo_dump()), [])


class ForeignCompany(Depth, unittest.TestCase):
    """Euros and dollars, a fiscal year from April, the cut-over in the middle of a month."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack("--company generated:uk:small:1", paced=False).up()
        cls.addClassCleanup(cls.stack.down)

    def test_1_opening_balances_open_items_and_all_of_later_days(self):
        result = self.matched("--cut-over", "2025-07-15")
        report = self.proven(result, "full history from 2025-07-16")
        listed = [note for note in report["not_migrated"] if "settled by then" in note["reason"]]
        self.assertGreater(len(listed), 50)
        self.nothing_new()
        self.nothing_new("--cut-over", "2025-07-15")
        self.assert_open_items_arrived()
        self.assert_another_choice_is_refused("--from", "2025-04-01")
        self.assert_another_choice_is_refused("--depth", "full")
        self.assert_a_replay_keeps_to_it()

    def assert_open_items_arrived(self):
        """An invoice of before has its own number and dates, two lines, and later payments on it."""
        dump = self.stack.odoo_dump()
        opened = {name: one for name, one in dump.items() if "_invoice_" in name and one["values"].get("invoice_date", "9") < "2025-07-16"}
        self.assertGreater(len(opened), 1)
        matched = " ".join(str(one["values"]) for one in dump.values() if one["model"] == "account.partial.reconcile")
        self.assertTrue(any(name in matched for name in opened))
        self.assertTrue(any(name.endswith("_opening_balance_entry") for name in dump))

    def assert_another_choice_is_refused(self, *choice):
        before = self.stack.odoo_dump()
        code, said = self.migrate(*choice)
        self.assertEqual((code, said["error"]["reason"]), (1, "EXTENT_CHANGED"), said)
        self.assertIn("undo", said["error"]["hint"])
        self.assertEqual(difference(before, self.stack.odoo_dump()), [])

    def assert_a_replay_keeps_to_it(self):
        replay = subprocess.Popen(self.stack.command("replay", "--json"), env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        code, replayed = self.stack.finish(replay)
        self.assertEqual((code, replayed["created"], replayed["changed"], replayed["verdict"]), (0, 0, 0, "MATCHED"), self.stack.logs())

    def test_2_years_and_archive_into_another_odoo(self):
        odoo = Odoo(self.stack)
        self.addCleanup(odoo.stop)
        result = self.matched("--from", "2025-04-01", "--depth", "archive", odoo=odoo)
        self.proven(result, "settled documents as cancelled ones")
        states = [one["values"].get("state") for name, one in odoo.dump().items() if "_invoice_" in name and one["model"] == "account.move"]
        self.assertGreater(states.count("cancel"), 10)
        self.assertEqual((self.matched(odoo=odoo)["created"], self.matched(odoo=odoo)["changed"]), (0, 0))

    def test_3_bad_choices_are_refused_with_what_to_do(self):
        for choice, reason in (
            (("--from", "2999-01-01"), "FIRST_DAY_IN_FUTURE"),
            (("--cut-over", "2025-02-30"), "NOT_A_DATE"),
            (("--depth", "archive"), "EXTENT_WITHOUT_DAY"),
            (("--from", "2025-04-01", "--depth", "full"), "EXTENT_CONTRADICTION"),
        ):
            odoo = Odoo(self.stack)
            self.addCleanup(odoo.stop)
            code, said = self.migrate(*choice, odoo=odoo)
            self.assertEqual((code, said["error"]["reason"]), (1, reason), said)
            self.assertTrue(said["error"]["hint"])
        both = [*self.stack.migrate_command(), "--from", "2025-04-01", "--years", "2"]
        self.assertEqual(subprocess.run(both, env=self.stack.environment, capture_output=True, timeout=60).returncode, 2)


@unittest.skipUnless(shared_folder(), "../shared is not there")
class RecordedCompany(Depth, unittest.TestCase):
    def test_matches_at_the_cut_over_and_after_it(self):
        self.stack = Stack(f"--company {shared_folder()}/qbo/company", paced=False).up()
        self.addCleanup(self.stack.down)
        result = self.matched("--cut-over", "2026-03-31")
        self.proven(result, "full history from 2026-04-01")
        self.nothing_new()


if __name__ == "__main__":
    unittest.main()

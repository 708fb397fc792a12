"""Pause, stop and a blocked target in the middle of a run: nothing is lost, and the way on ends in the same books."""
import subprocess
import unittest

from stack import Odoo, Stack, difference, wait_until

# What a run takes away in the target while it writes.
SETTINGS = ["account_sale_tax_id", "account_purchase_tax_id", "fiscalyear_lock_date"]


class Directives(unittest.TestCase):
    """One stack; each test has an Odoo, and with it a migration, of its own."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        cls.code, cls.result = cls.stack.migrate()
        cls.undisturbed = cls.stack.odoo_dump()

    def setUp(self):
        self.assertEqual((self.code, self.result["verdict"]), (0, "MATCHED"), self.stack.logs())
        self.odoo = Odoo(self.stack)
        self.addCleanup(self.odoo.stop)

    def migration(self):
        """The migration into this test's Odoo; None: not made yet."""
        targets = [t["id"] for t in self.stack.q2o_json("connections")["targets"] if t["url"] == self.odoo.url]
        found = [m for m in self.stack.q2o_json("status")["migrations"] if m["target_id"] in targets]
        return found[0] if found else None

    def in_mid_run(self):
        """Starts a migration into a slow Odoo and returns when some records are there."""
        self.odoo.slow(120)
        process = self.stack.start_migration(self.odoo.target())
        wait_until(lambda: len(self.odoo.dump()) > 20 or process.poll() is not None, 120, "the first records are in Odoo")
        self.odoo.slow(1500)  # what follows falls into the run, however busy this machine is
        self.assertIsNone(process.poll(), "the run ended before it could be disturbed")
        return process, self.migration()["migration_id"]

    def q2o(self, *words):
        return subprocess.run(self.stack.command(*words), env=self.stack.environment, capture_output=True, text=True, timeout=60)

    def watched_to_the_end(self, migration):
        done = subprocess.run(self.stack.command("watch", migration, "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.stack.logs())
        self.assertEqual(self.migration()["verdict"], "MATCHED", self.stack.logs())
        self.assertEqual(difference(self.undisturbed, self.odoo.dump()), [])

    def settings(self):
        company = self.odoo.call("res.company", "search_read", [], SETTINGS)[0]
        parameters = self.odoo.call("ir.config_parameter", "search_count", [["key", "=", "sequence.mixin.constraint_start_date"]])
        actions = self.odoo.call("ir.actions.server", "search_count", [["name", "like", "Quick2Odoo loader"]])
        return company, parameters, actions

    def test_a_paused_run_stands_still_and_goes_on_to_the_same_books(self):
        process, migration = self.in_mid_run()
        self.assertEqual(self.q2o("pause", migration, "--reason", "the auditor asks").returncode, 0)
        code, said = self.stack.finish(process, 60)
        self.assertEqual(code, 4, said)
        self.assertIn("the auditor asks", said["error"]["message"])
        # The batches under way are finished, each service then stands still.
        seen = []
        wait_until(lambda: seen.append(len(self.odoo.dump())) or (len(seen) > 40 and len(set(seen[-40:])) == 1), 60, "nothing is written any more")
        self.assertLess(seen[-1], len(self.undisturbed))
        self.assertEqual(self.migration()["state"], "STATE_RUNNING")
        self.odoo.fast()
        self.assertEqual(self.q2o("resume", migration).returncode, 0)
        self.watched_to_the_end(migration)

    def test_a_stopped_run_puts_the_settings_back_and_the_next_one_ends_in_the_same_books(self):
        self.odoo.call("res.company", "write", [1], {"fiscalyear_lock_date": "2001-12-31"})
        before = self.settings()
        process, migration = self.in_mid_run()
        self.assertNotEqual(self.settings(), before, "a run takes them away while it writes")
        self.assertEqual(self.q2o("stop", migration, "--yes", "--reason", "another day").returncode, 0)
        code, said = self.stack.finish(process, 60)
        self.assertEqual(code, 1, said)
        self.assertEqual(self.migration()["state"], "STATE_FAILED")
        self.odoo.fast()
        wait_until(lambda: self.settings() == before, 120, f"the settings are put back: {before}")
        self.assertEqual(self.stack.q2o_json("status", migration)["left_settings"], [])
        self.assertLess(len(self.odoo.dump()), len(self.undisturbed))
        code, again = self.stack.migrate(self.odoo.target())
        self.assertEqual((code, again["run"], again["verdict"]), (0, 2, "MATCHED"), self.stack.logs())
        self.assertEqual(difference(self.undisturbed, self.odoo.dump()), [])
        company, *others = self.settings()
        # A run that came to its end closes the books where the source has closed them.
        self.assertEqual(company.pop("fiscalyear_lock_date"), "2024-12-31")
        self.assertEqual((company, *others), ({k: v for k, v in before[0].items() if k != "fiscalyear_lock_date"}, *before[1:]))

    def test_a_target_without_a_module_waits_for_a_person_and_goes_on_when_it_is_there(self):
        module = self.odoo.call("ir.module.module", "search", [["name", "=", "hr_timesheet"]])
        self.odoo.call("ir.module.module", "write", module, {"state": "uninstalled"})
        shown = subprocess.run([*self.stack.migrate_command(self.odoo.target()), "--dry-run"], env=self.stack.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("hr_timesheet", shown.stderr, "a warning beforehand")
        code, said = self.stack.finish(self.stack.start_migration(self.odoo.target()), 120)
        self.assertEqual(code, 4, said)
        for words in ("hr_timesheet", "hours of employees", "Apps", "q2o resume"):
            self.assertIn(words, said["error"]["message"])
        migration = self.migration()["migration_id"]
        self.odoo.call("ir.module.module", "write", module, {"state": "installed"})
        self.assertEqual(self.q2o("resume", migration).returncode, 0)
        self.watched_to_the_end(migration)


if __name__ == "__main__":
    unittest.main()

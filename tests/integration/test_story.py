"""What `make demo` shows, with the programs that are built already: the story's whole way on the company that it takes, and once more."""
import json
import subprocess
import sys
import unittest

from stack import ROOT, Stack


class TheStory(unittest.TestCase):
    long = True

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)

    def told(self):
        """All that the story says; it has to end well."""
        odoo = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_ODOO']}"
        words = [sys.executable, str(ROOT / "scripts/story.py"), "--odoo-url", odoo, "--odoo-db", "sandbox", "--odoo-user", "admin"]
        done = subprocess.run(words, env=self.stack.environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}\n{self.stack.logs()}")
        return done.stdout

    def in_this_order(self, told, *texts):
        at = 0
        for text in texts:
            found = told.find(text, at)
            self.assertGreaterEqual(found, 0, f"'{text}' is not told, or too early:\n{told}")
            at = found + len(text)

    def test_it_ends_matched_and_once_more_with_nothing_to_do(self):
        first = self.told()
        self.in_this_order(
            first, "2099  USD", "POST /api/v1/account/sign-up", "Confirm your e-mail address", "POST /api/v1/account/verify-email",
            "POST /api/oauth/quickbooks_online/authorize", "consent at", "POST /api/oauth/quickbooks_online/callback", "POST /connect/odoo/save",
            "POST /api/v1/migrations", "POST /api/billing/analyze-volume", "records counted", "POST /api/billing/checkout", "paid at", "→ 200",
            "GET /ops/stream?token=…", "running:", "completed:", "The books match", "report/html → 200", "the same without a session → 401",
            "MATCHED", "Odoo: ", " created, ", "The books match",
        )  # fmt: skip
        self.assertNotIn("Odoo: 0 created", first)
        (report,) = (self.stack.folder / "state/reports").glob("*/report.json")
        self.assertEqual(json.loads(report.read_text())["verdict"], "MATCHED")
        again = self.told()
        self.in_this_order(
            again, "The customer of the earlier demo signs in again", "QuickBooks is still connected", "This migration is paid", ":start", "completed:",
            "The books match", "MATCHED", "Odoo: 0 created, 0 changed, ",
        )  # fmt: skip
        self.assertNotIn("/api/billing/checkout", again, "what is paid is not paid again")


if __name__ == "__main__":
    unittest.main()

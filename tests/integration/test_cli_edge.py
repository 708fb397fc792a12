"""Every command of q2o through the edge, as a person with a password and as a program with an API key; and orders that come twice."""
import json
import re
import subprocess
import unittest

from people import sign_up, signed_in
from stack import ROOT, Stack

NOBODY = "0b9d2d1e-1111-4111-8111-111111111111"
# About this machine's own services: said so, not asked at the edge.
INSIDE = {"doctor", "keys", "topics"}
SCOPES = [f"{what}:{right}" for what in ("migrations", "connections", "billing", "webhooks", "people") for right in ("read", "write")] + [
    "reports:read", "reports:share", "account:read", "audit:read", "mails:read", "usage:read",
]  # fmt: skip


class EveryCommand(unittest.TestCase):
    long = True

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        cls.edge_address = f"https://127.0.0.1:{cls.stack.ports['Q2O_PORT_EDGE']}"
        cls.certificate = str(cls.stack.folder / "secrets/edge.crt")
        cls.email, cls.password = sign_up(cls.stack, "ann")
        browser = signed_in(cls.stack, cls.email, cls.password)
        tenant = browser.get("/api/v1/account/me").json()["me"]["tenant_id"]
        answer = browser.post("/api/v1/api-keys", {"name": "q2o", "rate_per_minute": 6000, "scopes": SCOPES})
        assert answer.status == 200, answer
        cls.key = answer.json()["secret"]
        # Something to look at: a migration of hers that is paid and proven, made by who runs the stack.
        code, done = cls.stack.migrate(Q2O_TENANT=tenant)
        assert code in (0, 3), done
        cls.migration = done["migration_id"]
        cls.invoice, cls.entry = cls.records()

    @classmethod
    def records(cls):
        """(id in the source of an invoice, id in Odoo of the journal entry that Odoo made for a payment)."""
        invoice = cls.stack.sql("select source_id from loader.item where entity = 'Invoice' and state = 'done' limit 1")
        payment = cls.stack.sql("select odoo_id from loader.item where model = 'account.payment' and state = 'done' limit 1")
        args = ["sandbox", 2, "admin", "account.payment", "search_read", [[["id", "=", int(payment)]], ["move_id"]]]
        body = {"jsonrpc": "2.0", "id": 1, "method": "call", "params": {"service": "object", "method": "execute_kw", "args": args}}
        entry = json.loads(cls.stack.get("Q2O_PORT_SANDBOX_ODOO", "/jsonrpc", "POST", body))["result"][0]["move_id"][0]
        return invoice, str(entry)

    def run_q2o(self, words, state, extra=None):
        environment = dict(self.stack.environment, Q2O_STATE=str(self.stack.folder / state), **(extra or {}))
        return subprocess.run(self.stack.command(*words), env=environment, input="", capture_output=True, text=True, timeout=240)

    def listed(self):
        """Every command that the help names, those below a command too."""
        def below(words):
            text = self.run_q2o([*words, "--help"], "help").stdout
            part = re.split(r"(?im)^subcommands:?\s*$", text)
            names = re.findall(r"(?m)^  ([a-z][a-z-]+)\s", part[1].split("\n\n")[0]) if len(part) > 1 else []
            return [found for name in names for found in ([" ".join([*words, name])] + below([*words, name]))]

        return set(below([])) - {"mapping"}  # needs a word behind it

    def commands(self, who):
        """(command, its words, exit codes of one that is answered; None: whatever the answer is, the call exists)."""
        quickbooks = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        odoo = ["--odoo-url", f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_ODOO']}", "--odoo-db", "sandbox", "--odoo-user", "admin"]
        company = ["--company-id", self.stack.realm(), "--client-id", "sandbox-client-id", "--quickbooks-url", quickbooks,
                   "--token-url", quickbooks + "/oauth2/v1/tokens/bearer"]  # fmt: skip
        invoice, entry = self.invoice, self.entry
        mapping = str(ROOT / "config/mappings/quickbooks_to_odoo.json")
        done, looked = (0,), (0, 3, 4)
        return [
            ("whoami", [], done),
            ("connections", [], done),
            ("connect-quickbooks", company, done),
            ("connect-quickbooks", ["--browser"], (4,)),
            ("connect-quickbooks", ["--returned", "https://localhost/oauth/return?state=none&code=none&realmId=1"], None),
            ("connect-odoo", odoo, done),
            ("migrate", [*company, *odoo, "--dry-run"], done),
            ("assess", [], done),
            ("assess", ["--last"], done),
            ("status", [], done),
            ("status", [self.migration], done),
            ("history", [self.migration], done),
            ("rejects", [self.migration], done),
            ("report", [self.migration, "--out", str(self.stack.folder / f"report-{who}")], looked),
            ("trace", ["invoice", invoice, "--raw", "--migration", self.migration], done),
            ("trace", ["odoo", "account.move", entry, "--migration", self.migration], done),
            ("repair", [self.migration, "invoice", invoice, "--set", "PrivateNote=as told", "--why", "a test"], done),
            ("repair", [self.migration, "invoice", invoice, "--withdraw", "--why", "a test"], done),
            ("repairs", [self.migration], done),
            ("retry", [self.migration], None),
            ("replay", [self.migration, "--dry-run"], looked),
            ("delta", [self.migration, "--dry-run", "--yes"], looked),
            ("watch", [self.migration], None),
            ("diff", ["1", "2", "--migration", self.migration], looked),
            ("undo", [self.migration, "--dry-run", "--yes"], done),
            ("pause", [self.migration], None),
            ("resume", [self.migration], None),
            ("accept", [self.migration, "--yes", "--reason", "a test"], None),
            ("stop", [self.migration, "--yes"], None),
            ("estimate", ["--years", "5"], done),
            ("create", ["--name", f"of {who}", "--years", "2"], done),
            ("choose", ["--years", "3"], done),
            ("quote", ["--years", "3"], done),
            ("analyze", [self.migration], None),
            ("pay", [NOBODY, "--return-url", "https://localhost/"], None),
            ("payments", [], looked),
            ("payments", ["--all"], None),
            ("payments acknowledge", ["pi_none", "--reason", "a test"], None),
            ("purge", ["--list"], None),
            ("purge", [NOBODY, "--yes"], None),
            ("audit", [], done),
            ("audit verify", [], done),
            ("mapping check", [mapping], None),
            ("mapping store", [mapping], None),
            ("api-keys", [], None),
            ("disconnect", [NOBODY, "--yes"], None),
            ("logout", [], done),
        ]

    def walk(self, who, state, extra):
        commands = self.commands(who)
        self.assertEqual({name for name, _, _ in commands} | INSIDE | {"login"}, self.listed(), "every command that the help lists is tried here")
        wrong = []
        for name, words, codes in commands:
            with self.subTest(who=who, command=name, words=words):
                done = self.run_q2o([*name.split(), *words], state, extra)
                said = f"q2o {name} {' '.join(words)}: {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
                if "METHOD_UNKNOWN" in said or done.returncode == 2 or (codes is not None and done.returncode not in codes):
                    wrong.append(said)
                elif codes is None and done.returncode == 1 and not re.search(r"\([A-Z][A-Z_]+\)", done.stderr):
                    wrong.append("refused without a reason: " + said)
        self.assertEqual(wrong, [], "\n\n".join(wrong))

    def test_as_a_person_with_a_password(self):
        words = ["login", self.edge_address, "--ca", self.certificate, "--email", self.email]
        refused = self.run_q2o(words, "person", {"Q2O_PASSWORD": "not hers, for sure"})
        self.assertEqual((refused.returncode, "CREDENTIALS_WRONG" in refused.stderr), (1, True), refused.stderr)
        done = self.run_q2o(words, "person", {"Q2O_PASSWORD": self.password})
        self.assertEqual((done.returncode, self.email in done.stdout), (0, True), done.stdout + done.stderr)
        keys = self.run_q2o(["keys"], "person")
        self.assertEqual((keys.returncode, "(INSIDE_ONLY)" in keys.stderr), (1, True), keys.stderr)
        self.walk("a person", "person", {})
        self.assertEqual(self.run_q2o(["whoami"], "person").stdout.split(",")[1], " inside", "she has signed out")

    def test_as_a_program_with_an_api_key(self):
        done = self.run_q2o(["login", self.edge_address, "--ca", self.certificate], "program", {"Q2O_API_KEY": self.key})
        self.assertEqual((done.returncode, "API key" in done.stdout), (0, True), done.stdout + done.stderr)
        self.assertEqual(self.run_q2o(["status"], "program").returncode, 0)
        self.walk("a program", "elsewhere", {"Q2O_EDGE": self.edge_address, "Q2O_EDGE_CA": self.certificate, "Q2O_API_KEY": self.key})

    def test_the_same_order_under_the_same_key_is_carried_out_once(self):
        edge = signed_in(self.stack, self.email, self.password)

        def order(path, body, key):
            return edge.post(path, body, headers={"idempotency-key": key})

        invitation = {"email": "bob@example.com", "role": "ROLE_VIEWER"}
        first = order("/api/v1/people/invitations", invitation, "invite-1")
        self.assertEqual(first.status, 200, first)
        self.assertEqual(order("/api/v1/people/invitations", invitation, "invite-1").json(), first.json())
        reused = order("/api/v1/people/invitations", {**invitation, "role": "ROLE_OWNER"}, "invite-1")
        self.assertEqual((reused.status, reused.reason()), (400, "IDEMPOTENCY_KEY_REUSED"))
        for path, body, what in (
            ("/api/v1/webhooks", {"url": "https://hooks.example.com/q2o"}, "endpoint/"),
            ("/api/v1/api-keys", {"name": "once", "scopes": ["migrations:read"]}, "api_key/"),
        ):
            self.assertEqual(order(path, body, "made-" + what).status, 200)
            again = order(path, body, "made-" + what)
            self.assertEqual((again.status, again.reason()), (409, "ALREADY_MADE"), again)
            self.assertIn(what, again.json()["message"])
        share = f"/api/v1/migrations/{self.migration}/report-shares"
        link = order(share, {}, "share-1")
        self.assertEqual((link.status, order(share, {}, "share-1").json()), (200, link.json()))
        self.assertEqual(len(edge.get(share).json()["shares"]), 1)


if __name__ == "__main__":
    unittest.main()

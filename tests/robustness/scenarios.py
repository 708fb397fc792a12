"""What is disturbed: a command from its begin to its end, and what must be true then."""
import json
import subprocess
import sys
import time

import paying
from stack import difference, wait_until
from whole_odoo import Odoo


class Migration:
    """q2o migrate into an empty Odoo."""

    name = "migrate"
    services = None  # whose fail points are struck; None: of all

    def prepare(self, lab):
        """Nothing has to be there."""

    def start(self, lab):
        return lab.stack.start_migration()

    def judge(self, lab, case, code, result):
        """Proof, conservation and content of the target, against the undisturbed run."""
        dump, expected, report = lab.stack.odoo_dump(), lab.undisturbed.dump, lab.undisturbed.report
        case.losses = len(expected.keys() - dump.keys())
        case.duplicates = len(dump.keys() - expected.keys())
        problems = []
        if (code, result.get("verdict")) != (0, "MATCHED"):
            problems.append(f"exit {code}: {json.dumps(result)[:600]}")
        else:
            checks = self.checks_of(lab, result)
            if checks != report["checks"]:
                problems.append(f"the proof differs: {difference(report['checks'], checks)}")
            problems += lab.not_conserved(result)
        if dump != expected:
            problems.append(f"Odoo's content differs: {difference(expected, dump)}")
        return problems

    def checks_of(self, lab, result):
        return lab.stack.report(result)["checks"]


class Undo:
    """q2o undo of a whole migration: Odoo is what it was before, everything in it and not only what bears our names."""

    name = "undo"
    services = None

    def prepare(self, lab):
        self.odoo = Odoo(f"http://127.0.0.1:{lab.stack.ports['Q2O_PORT_SANDBOX_ODOO']}")
        self.before = self.everything()
        lab.migrated()

    def start(self, lab):
        words = lab.stack.command("undo", lab.result["migration_id"], "--yes", "--json")
        return subprocess.Popen(words, env=lab.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def judge(self, lab, case, code, result):
        """`losses`: what was there before and is gone; `duplicates`: what is left."""
        after = self.everything()
        case.losses = len(self.before.keys() - after.keys())
        case.duplicates = len(after.keys() - self.before.keys())
        problems = []
        if code != 0 or any(result.get(count) != 0 for count in ("reversed", "kept", "left")):
            problems.append(f"exit {code}: {json.dumps(result)[:600]}")
        if after != self.before:
            problems.append(f"Odoo's content differs: {difference(self.before, after)}")
        return problems

    def everything(self):
        return {str(key): record for key, record in self.odoo.everything().items()}


class Pay(Migration):
    """From Stripe's page to the mail with the proof, through the edge: what billing, identity and notifier do about it is struck."""

    name = "pay"
    services = ("billing", "identity", "notifier")
    steps = [
        "CREATED", "CONNECTIONS_CHOSEN", "VOLUME_COUNTED", "QUOTED", "CHECKOUT_STARTED", "PAYMENT_CONFIRMED", "CONNECTIONS_ASKED",
        "CONNECTIONS_VERIFIED", "RUN_STARTED", "RUN_LOADED", "BOOKS_PROVEN",
    ]  # fmt: skip

    def prepare(self, lab):
        """A stranger has signed up, connected both sides and got a price; her program is told of what happens."""
        ports = lab.stack.ports
        name = f"ann{lab.number}.{time.time_ns()}"
        self.at = {
            "edge": ports["Q2O_PORT_EDGE"], "certificate": str(lab.stack.folder / "secrets/edge.crt"), "mail": ports["Q2O_PORT_SANDBOX_MAIL"],
            "email": f"{name}@example.com", "hook": name,
        }  # fmt: skip
        lab.stack.sql("delete from identity.attempt")  # so many strangers do not come from one address
        stranger = paying.Stranger(self.at)
        self.tenant = stranger.sign_up()
        lab.stack.environment["Q2O_TENANT"] = self.tenant
        hook = f"http://127.0.0.1:{self.at['mail']}/hook/{name}"
        stranger.ask("POST", "/api/v1/webhooks", {"url": hook, "events": []})
        quickbooks, odoo = (f"http://127.0.0.1:{ports[f'Q2O_PORT_SANDBOX_{side}']}" for side in ("QUICKBOOKS", "ODOO"))
        source = self.q2o(
            lab, "connect-quickbooks", "--company-id", lab.stack.realm(), "--client-id", "sandbox-client-id", "--quickbooks-url", quickbooks,
            "--token-url", quickbooks + "/oauth2/v1/tokens/bearer",
        )["connection_id"]  # fmt: skip
        target = self.q2o(lab, "connect-odoo", "--odoo-url", odoo, "--odoo-db", "sandbox", "--odoo-user", "admin")["target_id"]
        self.migration = self.q2o(lab, "create", "--name", "Heron")["migration_id"]
        self.q2o(lab, "choose", self.migration, "--source", source, "--target", target)
        self.quote = self.q2o(lab, "analyze", self.migration)["quote"]["quote_id"]
        self.sessions = self.stripe_objects(lab, "session")
        self.at["mails_before"] = len(stranger.mails())
        self.stranger = stranger

    def start(self, lab):
        order = {"at": self.at, "cookies": self.stranger.edge.cookies, "quote": self.quote, "migration": self.migration}
        return subprocess.Popen(
            [sys.executable, paying.__file__, json.dumps(order)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def judge(self, lab, case, code, result):
        """Besides the migration's end: one payment page, one payment, every step once and in its order, one receipt, one mail and one
        webhook-id per event. A second copy of a mail, under the same Message-ID, is what services/notifier/README.md does not promise."""
        if code != 0:
            return [f"exit {code}: {json.dumps(result)[:900]}"]
        problems = super().judge(lab, case, code, result)
        steps = [event["kind"] for event in self.q2o(lab, "history", self.migration)["events"]]
        payments = self.q2o(lab, "payments")["payments"]
        pages = self.stripe_objects(lab, "session") - self.sessions
        found = {
            "steps": (steps, self.steps),
            "payments": ([(p["session_id"], p["state"]) for p in payments], [(result["session_id"], "PAYMENT_STATE_PAID")]),
            "rows of payments": (lab.stack.sql(f"select count(*) from billing.payment where tenant_id = '{self.tenant}'"), "1"),
            "payment pages": (len(pages), 1),
            "runs": (lab.stack.sql(f"select count(*) from billing.run where migration_id = '{self.migration}'"), "1"),
            "mails": (self.settled(lab, "mail", "sent"), sorted(paying.MAILS)),
            "mails that came": (len(self.stranger.mails()) - self.at["mails_before"], len(paying.MAILS)),
            "webhooks": (self.settled(lab, "webhook_delivery", "delivered"), sorted(paying.HOOKS)),
            "webhooks that came": (sorted(event for _, event in set(self.stranger.hook_calls())), sorted(paying.HOOKS)),
        }
        problems += [f"{what}: {got} instead of {wanted}" for what, (got, wanted) in found.items() if got != wanted]
        copies = sum(mail["copies"] - 1 for mail in self.stranger.mails())
        in_doubt = int(lab.stack.sql(f"select coalesce(sum(attempts - 1), 0) from notifier.mail where tenant_id = '{self.tenant}'"))
        if copies > in_doubt:
            problems.append(f"{copies} mails came again, {in_doubt} were in doubt")
        if copies:
            case.note = f"{copies} mail again under its Message-ID: its sender died before it knew the answer"
        case.duplicates += max(0, copies - in_doubt)
        return problems

    def checks_of(self, lab, result):
        return self.stranger.ask("GET", f"/api/v1/migrations/{result['migration_id']}/report/json")["checks"]

    def settled(self, lab, table, state):
        """Events of the tenant's rows in that state, once none is under way any more."""
        events = ", ".join(f"'{event}'" for event in {*paying.MAILS, *paying.HOOKS})
        sql = f"select event from notifier.{table} where tenant_id = '{self.tenant}' and event in ({events}) and state"
        try:
            wait_until(lambda: not lab.stack.sql(f"{sql} in ('waiting', 'sending', 'unknown')"), 30, f"every {table} is settled")
        except AssertionError as late:
            return [str(late)]
        return sorted(lab.stack.sql(f"{sql} = '{state}'").split())

    def q2o(self, lab, *words):
        done = subprocess.run(lab.stack.command(*words, "--json"), env=lab.stack.environment, capture_output=True, text=True, timeout=90)
        if done.returncode != 0:
            raise AssertionError(f"q2o {' '.join(words)}: exit {done.returncode} {done.stdout[-500:]}{done.stderr[-500:]}")
        return json.loads(done.stdout)

    @staticmethod
    def stripe_objects(lab, kind):
        objects = json.loads(lab.stack.get("Q2O_PORT_SANDBOX_STRIPE", "/control/objects"))
        return {key for key in objects if key.startswith(kind + "/")}


SCENARIOS = {scenario.name: scenario for scenario in (Migration, Undo, Pay)}

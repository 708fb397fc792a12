"""Paying as a stranger's programs see it: Stripe's own library judges our objects and signatures, its webhooks come by the edge, and billing is
killed around every step."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

import webhook
from edge_client import edge_of
from stack import Stack, wait_until

stripe = webhook.library()
PAID = ("STATE_PAID", "STATE_CONNECTING")


class Payments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False)
        cls.stack.environment["Q2O_FAILPOINTS"] = "on"
        cls.stack.up()
        cls.addClassCleanup(cls.stack.down)
        cls.edge = edge_of(cls.stack)
        cls.endpoint = webhook.Endpoint(cls.edge)
        cls.addClassCleanup(cls.endpoint.stop)
        cls.stripe("/control/webhooks", {"url": cls.endpoint.url})
        cls.client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": f"http://127.0.0.1:{cls.stack.ports['Q2O_PORT_SANDBOX_STRIPE']}"})

    @classmethod
    def stripe(cls, path, body):
        return json.loads(cls.stack.get("Q2O_PORT_SANDBOX_STRIPE", path, "POST", body))

    def q2o(self, *words, code=0):
        done = subprocess.run(self.stack.command(*words, "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr + self.stack.logs())
        return json.loads(done.stdout)

    def retried(self, *words):
        """As a program does that gets no answer: the same again, until there is one."""

        def answer():
            done = subprocess.run(self.stack.command(*words, "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=60)
            return json.loads(done.stdout) if done.returncode == 0 else None

        return wait_until(answer, 40, " ".join(words))

    def ordered(self, years="5"):
        migration = self.q2o("create", "--name", "Bakery", "--years", years, "--by-hand")["migration_id"]
        return migration, self.q2o("quote", migration)

    def migration(self, migration):
        return next(m for m in self.retried("status")["migrations"] if m["migration_id"] == migration)

    def paid_by_card(self, checkout):
        self.stripe(f"/pay/{checkout['session_id']}", {"card": "4242424242424242"})

    def is_paid(self, migration):
        return self.migration(migration)["state"] in PAID

    def history(self, migration):
        return [event["kind"] for event in self.q2o("history", migration)["events"]]

    # ---------------------------------------------------------------------------------------------------------------------------

    def test_1_from_the_price_to_paid_and_back_with_stripes_library_on_the_other_side(self):
        migration, quote = self.ordered()
        self.assertEqual(quote["total"], "2099")
        checkout = self.q2o("pay", quote["quote_id"], "--return-url", "https://app.example/paid")
        session = self.client.v1.checkout.sessions.retrieve(checkout["session_id"])
        self.assertEqual((session.amount_subtotal, session.currency, session.mode), (209900, "usd", "payment"))
        self.assertEqual(session.metadata["q2o_quote"], quote["quote_id"])
        self.assertEqual(session.client_reference_id, checkout["checkout_id"])
        self.paid_by_card(checkout)
        wait_until(lambda: self.is_paid(migration), 20, "the webhook pays")
        body, signature, status = next(r for r in self.endpoint.received if b"checkout.session.completed" in r[0])
        self.assertEqual(status, 200)
        event = stripe.Webhook.construct_event(body, signature, "whsec_sandbox")
        self.assertEqual(event.data.object.id, checkout["session_id"])
        payment = next(p for p in self.q2o("payments")["payments"] if p["session_id"] == checkout["session_id"])
        self.assertEqual((payment["total"], payment["state"]), ("2099.00", "PAYMENT_STATE_PAID"))
        refund = self.client.v1.refunds.create(params={"payment_intent": payment["payment_id"]})
        self.assertEqual((refund.amount, refund.status), (209900, "succeeded"))
        wait_until(lambda: self.migration(migration)["state"] == "STATE_PRICED", 20, "the refund takes the payment back")

    def test_2_what_stripes_library_signs_is_believed_and_nothing_else(self):
        body = json.dumps({"id": "evt_lib", "object": "event", "type": "customer.created", "created": int(time.time()), "livemode": False,
                           "data": {"object": {"id": "cus_1", "name": "Bäcker"}}}, ensure_ascii=False)  # fmt: skip

        def header(secret, at, signed=body):
            return f"t={at},v1={stripe.WebhookSignature._compute_signature(f'{at}.{signed}', secret)}"

        def answered(signature, sent=body.encode()):
            answer = webhook.send(self.edge, sent, signature)
            return answer.status, answer.json().get("received") if answer.status == 200 else answer.reason()

        def stored():
            return int(self.stack.sql("SELECT count(*) FROM billing.stripe_event WHERE event_id = 'evt_lib'"))

        now = int(time.time())
        good = header("whsec_sandbox", now)
        for wrong, reason in ((header("whsec_forged", now), "SIGNATURE_WRONG"), (header("whsec_sandbox", now - 301), "SIGNATURE_TOO_OLD"),
                              (header("whsec_sandbox", now, body + " "), "SIGNATURE_WRONG"), (good[:-1], "SIGNATURE_WRONG"), ("", "SIGNATURE_MALFORMED"),
                              (good.replace("v1", "v0"), "SIGNATURE_MALFORMED")):  # fmt: skip
            self.assertEqual(answered(wrong), (400, reason), wrong)
        self.assertEqual(answered(good, json.dumps(json.loads(body)).encode()), (400, "SIGNATURE_WRONG"), "the same in other bytes")
        self.assertEqual(stored(), 0)
        self.assertEqual(answered(good), (200, True))
        self.assertEqual(answered(good), (200, True), "twice")
        self.assertEqual(answered(good + "," + header("whsec_next", now).split(",")[1]), (200, True), "two while a secret is rolled")
        self.assertEqual(stored(), 1)

    def test_3_killed_around_every_step_nothing_is_lost_or_doubled(self):
        for point in ("before_payment_page", "after_payment_page", "after_webhook_stored", "after_event_applied"):
            with self.subTest(point):
                migration, quote = self.ordered()
                pid = self.stack.pid("billing")
                self.stack.get("Q2O_PORT_BILLING_ADMIN", f"/failpoints/{point}=kill@1")
                pages = len(self.objects("session"))
                checkout = self.retried("pay", quote["quote_id"], "--return-url", "https://app.example/paid")
                self.assertEqual(len(self.objects("session")), pages + 1, "one page")
                self.paid_by_card(checkout)
                wait_until(lambda: self.is_paid(migration), 40, "paid")
                self.assertNotEqual(wait_until(lambda: self.stack.pid("billing"), 20, "billing runs"), pid, "it was killed")
                self.no_doubles(migration, checkout)

    def test_4_killed_again_and_again_while_many_pay(self):
        orders = [self.ordered("1") for _ in range(6)]
        for number, (migration, quote) in enumerate(orders):
            if number % 2 == 0:
                os.kill(wait_until(lambda: self.stack.pid("billing"), 20, "billing runs"), signal.SIGKILL)
            checkout = self.retried("pay", quote["quote_id"], "--return-url", "https://app.example/paid")
            self.paid_by_card(checkout)
            if number % 2 == 1:
                os.kill(wait_until(lambda: self.stack.pid("billing"), 20, "billing runs"), signal.SIGKILL)
            orders[number] = (migration, checkout)
        for migration, checkout in orders:
            wait_until(lambda: self.is_paid(migration), 60, "paid")
            self.no_doubles(migration, checkout)
        self.assertEqual(self.q2o("payments", "--all", "--problems")["payments"], [])

    def test_5_what_the_source_holds_is_counted_and_priced(self):
        quickbooks = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        migration = self.q2o("create", "--name", "Real")["migration_id"]  # all of its history, however long that is
        source = self.q2o(
            "connect-quickbooks", "--company-id", self.stack.realm(), "--client-id", "sandbox-client-id", "--quickbooks-url", quickbooks,
            "--token-url", quickbooks + "/oauth2/v1/tokens/bearer",
        )["connection_id"]  # fmt: skip
        self.q2o("quote", migration, code=1)  # how many years that is, nobody knows yet
        self.q2o("choose", migration, "--source", source)
        analysis = self.q2o("analyze", migration)
        assessed = self.q2o("assess", source, "--last")
        self.assertEqual(analysis["records"], analysis["records_of_all_years"])
        pricing = json.loads((pathlib.Path(__file__).parents[2] / "config/pricing_config.json").read_text())
        free = next(platform for platform in pricing["platforms"] if platform["id"] == "quickbooks_online")["records_not_counted"]
        self.assertEqual(int(analysis["records"]), sum(each["records"] for each in assessed["entities"] if each["entity"] not in free))
        self.assertLess(int(analysis["records"]), assessed["records"])
        price = analysis["quote"]["migrations"][0]["price"]
        self.assertEqual((price["counted"], price["records"]), (True, analysis["records"]))

    def test_6_what_fits_no_migration_is_acknowledged_by_an_operator(self):
        session = self.client.v1.checkout.sessions.create(params={
            "mode": "payment", "success_url": "http://app",
            "line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 100, "product_data": {"name": "a course"}}}],
        })  # fmt: skip
        self.paid_by_card({"session_id": session.id})
        problem = wait_until(lambda: self.q2o("payments", "--all", "--problems")["payments"], 20, "it is shown to operators")[0]

        def shown(*words):
            return subprocess.run(self.stack.command("payments", *words), env=self.stack.environment, capture_output=True, text=True, timeout=60)

        self.assertEqual(shown("--all", "--problems").returncode, 4)
        self.assertEqual(shown("acknowledge", problem["payment_id"]).returncode, 2, "not without a reason")
        done = shown("acknowledge", problem["payment_id"], "--reason", "another product of ours")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("another product of ours", done.stdout)
        left = shown("--all", "--problems")
        self.assertEqual(left.returncode, 0, left.stdout)
        self.assertIn("another product of ours", shown("--all").stdout, "kept")
        subject = f"payment/{problem['payment_id']}"
        entry = wait_until(lambda: [e for e in self.q2o("audit")["entries"] if e["action"] == "billing.acknowledge_payment"], 20, "it is in the audit")[0]
        self.assertEqual((entry["subject"], entry["detail"]), (subject, "another product of ours"))
        self.assertTrue(entry["actor"].startswith("operator:"), entry)

    def objects(self, kind):
        return [key for key in json.loads(self.stack.get("Q2O_PORT_SANDBOX_STRIPE", "/control/objects")) if key.startswith(kind + "/")]

    def no_doubles(self, migration, checkout):
        """One payment, one step, one receipt, and no state left out."""
        kinds = self.history(migration)
        self.assertEqual([k for k in kinds if k in ("QUOTED", "CHECKOUT_STARTED", "PAYMENT_CONFIRMED")], ["QUOTED", "CHECKOUT_STARTED", "PAYMENT_CONFIRMED"])
        payments = [p for p in self.q2o("payments")["payments"] if p["session_id"] == checkout["session_id"]]
        self.assertEqual(len(payments), 1)
        receipts = wait_until(lambda: self.receipts(payments[0]["payment_id"]), 20, "the receipt is on the topic")
        self.assertEqual(len(set(receipts)), 1, "one event, however often it was sent")

    def receipts(self, payment):
        """Ids of the messages about a payment (nothing else happened to it)."""
        words = ["kcat", "-b", f"127.0.0.1:{self.stack.ports['Q2O_PORT_KAFKA']}", "-C", "-t", "q2o.billing.payment.v1", "-e", "-q", "-o", "beginning"]
        lines = subprocess.run([*words, "-f", "%k %h\n"], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
        found = [line for line in lines if line.startswith(payment + " ")]
        return [part for line in found for part in line.split(" ", 1)[1].split(",") if part.startswith("ce_id=")]


if __name__ == "__main__":
    unittest.main()

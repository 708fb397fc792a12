"""A customer's whole way through the edge, from the price to the proof, by programs that are not ours: curl over REST, Connect-ES in Node over
gRPC-web, a mail server of its own behind our SMTP; killed notifier, live events that go on behind the last id."""
import unittest

from browser import consent, pay_by_card
from foreign_clients import ByConnect, ByCurl, Refused
from mail_receiver import MailReceiver, links_of, text_of
from stack import Stack, wait_until

PASSWORD = "ledger heron seventeen umbrellas"
ACCOUNTS = "q2o.identity.v1.AccountService"
PRICES, PAYMENTS, MIGRATIONS = "q2o.billing.v1.PricingService", "q2o.billing.v1.PaymentService", "q2o.billing.v1.MigrationService"
SIGN_IN, LOADER = "q2o.connector.v1.OAuthService", "q2o.loader.v1.LoaderService"
LIVE, REPORTS = "q2o.notifier.v1.LiveService", "q2o.validator.v1.ReportFileService"
PLATFORM = "quickbooks_online"


class Strangers(unittest.TestCase):
    long = True

    @classmethod
    def setUpClass(cls):
        cls.receiver = MailReceiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.stack = Stack(paced=False)
        cls.stack.environment.update(Q2O_SMTP_PORT=str(cls.receiver.server.port), Q2O_SMTP_CA=str(cls.receiver.certificate))
        cls.stack.up()
        cls.addClassCleanup(cls.stack.down)

    def use(self, client):
        self.addCleanup(client.close)
        self.client = client

    def call(self, service, method, **fields):
        return self.client.call(service, method, **fields)

    def mail(self, address, subject):
        return wait_until(lambda: self.receiver.to(address, subject), 60, f"a mail '{subject}' comes to {address}")[0]

    def migration(self, name):
        return self.call(MIGRATIONS, "GetMigration", migration_id=name)["migration"]

    def wait_for_state(self, name, state, seconds):
        return wait_until(lambda: (now := self.migration(name))["state"] == state and now, seconds, f"the migration is {state}; {self.stack.logs(3)}")

    # ---------------------------------------------------------------------------------------------------------------------------

    def signed_up(self, address):
        with self.assertRaises(Refused) as refused:
            self.call(MIGRATIONS, "ListMigrations")
        self.assertEqual(refused.exception.reason, "NOT_SIGNED_IN")
        self.call(ACCOUNTS, "SignUp", email=address, password=PASSWORD, company_name="Heron & Co", name="Ann")
        link = next(link for link in links_of(self.mail(address, "Confirm")) if "/verify?token=" in link)
        self.call(ACCOUNTS, "VerifyEmail", token=link.split("token=")[1], password=PASSWORD)
        self.assertEqual(self.call(ACCOUNTS, "SignIn", email=address, password=PASSWORD)["me"]["email"], address)

    def paid(self):
        """A migration that is connected to QuickBooks, counted and paid, and waits for its Odoo."""
        estimate = self.call(PRICES, "Estimate", companies=[{"platform": PLATFORM, "years": 5}])
        self.assertEqual((estimate["total"], estimate["currency"]), ("2099", "USD"))
        name = self.call(MIGRATIONS, "CreateMigration", name="Heron", platform=PLATFORM, automatic_start=True)["migration"]["migration_id"]
        _, _, back = consent(self.call(SIGN_IN, "Authorize", platform=PLATFORM)["url"])
        company = self.call(SIGN_IN, "Callback", platform=PLATFORM, code=back["code"], state=back["state"], realm_id=back["realmId"])["company"]
        self.assertEqual(company["company_id"], self.stack.realm())
        self.call(MIGRATIONS, "SetConnections", migration_id=name, source_connection_id=company["connection_id"])
        counted = wait_until(lambda: (now := self.call(PRICES, "AnalyzeVolume", migration_id=name))["done"] and now, 60, "the records are counted")
        price = counted["quote"]["migrations"][0]["price"]
        self.assertEqual((price["counted"], price["records"]), (True, counted["records"]))
        checkout = self.call(PAYMENTS, "Checkout", quote_id=counted["quote"]["quote_id"], success_url="https://localhost/paid", cancel_url="https://localhost/")
        self.assertEqual(pay_by_card(checkout["checkout"]["url"]), 200)
        self.wait_for_state(name, "STATE_CONNECTING", 30)
        return name

    def with_odoo(self, name):
        url = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_ODOO']}"
        saved = self.call(LOADER, "SaveTarget", url=url, database="sandbox", user="admin", password="admin")
        self.assertTrue(saved["check"]["ready"], saved)
        self.call(MIGRATIONS, "SetConnections", migration_id=name, target_id=saved["target"]["target_id"])

    def events(self, name, last_id=""):
        """(id, progress) of the migration."""
        token = self.call(LIVE, "CreateStreamToken")["token"]
        for number, event, progress in self.client.stream(LIVE, "Stream", token=token, last_id=last_id):
            if event == "progress" and progress["migrationId"] == name:
                yield number, progress

    def until_event(self, name, last_id, wanted):
        stream = self.events(name, last_id)
        try:
            for number, progress in stream:
                self.assertGreaterEqual(int(number), int(last_id or 0), "no event of long ago comes again")
                if wanted(progress):
                    return number, progress
        finally:
            stream.close()
        raise AssertionError(f"the stream ended; {self.stack.logs(5)}")

    def proven(self, name, address):
        done = self.wait_for_state(name, "STATE_COMPLETED", 10)
        self.assertEqual((done["verdict"], done["run"]), ("MATCHED", 1))
        kinds = [event["kind"] for event in self.call(MIGRATIONS, "History", migration_id=name)["events"]]
        self.assertEqual(kinds[kinds.index("PAYMENT_CONFIRMED"):],
                         ["PAYMENT_CONFIRMED", "CONNECTIONS_ASKED", "CONNECTIONS_CHOSEN", "CONNECTIONS_VERIFIED", "RUN_STARTED", "RUN_LOADED", "BOOKS_PROVEN"])  # fmt: skip
        mail = self.mail(address, "The books match")
        self.assertIn("difference 0.00", text_of(mail))
        self.assertIn(f"/api/v1/migrations/{name}/report/html", links_of(mail)[0])
        self.assertIn("The books match", self.client.fetch(REPORTS, "DownloadReport", migration_id=name, format="html").decode())
        for subject in ("Confirm", "The books match"):
            self.assertEqual(len(self.receiver.to(address, subject)), 1, f"one mail '{subject}'")
        self.assertTrue(all(encrypted for encrypted, _, _ in self.receiver.mails))

    def test_1_by_curl_over_rest_with_the_notifier_killed(self):
        self.use(ByCurl(self.stack))
        self.signed_up("ann@example.com")
        name = self.paid()
        self.with_odoo(name)
        last, running = self.until_event(name, "", lambda p: p["migration"]["state"] == "STATE_RUNNING" and int(p["created"]) > 0)
        self.assertLess(int(running["targetRecordsDone"]), 2500, "counts come while it runs, not at its end")
        self.stack.kill_hard("notifier")
        wait_until(lambda: self.answers(LIVE, "CreateStreamToken"), 30, "the notifier is back")
        _, end = self.until_event(name, last, lambda p: p["migration"]["state"] == "STATE_COMPLETED")
        self.assertGreater(int(end["created"]), int(running["created"]))
        self.proven(name, "ann@example.com")

    def answers(self, service, method):
        try:
            return self.call(service, method)
        except Refused:
            return None

    def test_2_by_connect_over_grpc_web_into_the_same_odoo(self):
        """Another tenant's migration of the same company into the same Odoo: nothing is written twice, and the books match."""
        self.use(ByConnect(self.stack))
        self.signed_up("bea@example.com")
        name = self.paid()
        self.with_odoo(name)
        last, _ = self.until_event(name, "", lambda p: p["migration"]["state"] == "STATE_RUNNING")
        _, end = self.until_event(name, last, lambda p: p["migration"]["state"] == "STATE_COMPLETED")
        self.proven(name, "bea@example.com")
        self.assertEqual((end["created"], end["changed"]), ("0", "0"), "all of it is there")


if __name__ == "__main__":
    unittest.main()

"""A customer's whole way through the edge, from the price to the proof, by programs that are not ours: curl over REST, Connect-ES in Node over
gRPC-web, a mail server of its own behind our SMTP; killed notifier, live events that go on behind the last id."""
import json
import unittest
import urllib.parse

from browser import consent, pay_by_card
from edge_client import edge_of
from foreign_clients import ByConnect, ByCurl, Refused
from mail_receiver import MailReceiver, links_of, text_of
from stack import Stack, wait_until

PASSWORD = "ledger heron seventeen umbrellas"
ACCOUNTS = "q2o.identity.v1.AccountService"
PRICES, PAYMENTS, MIGRATIONS = "q2o.billing.v1.PricingService", "q2o.billing.v1.PaymentService", "q2o.billing.v1.MigrationService"
SIGN_IN, LOADER = "q2o.connector.v1.OAuthService", "q2o.loader.v1.LoaderService"
PEOPLE = "q2o.identity.v1.PeopleService"
LIVE, REPORTS = "q2o.notifier.v1.LiveService", "q2o.validator.v1.ReportFileService"
PLATFORM = "quickbooks_online"


class Strangers(unittest.TestCase):
    long = True

    @classmethod
    def setUpClass(cls):
        cls.receiver = MailReceiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.stack = Stack(paced=False)
        cls.stack.environment.update(Q2O_SMTP_PORT=str(cls.receiver.server.port), Q2O_SMTP_CA=str(cls.receiver.certificate), STRIPE_PLAN_MAP="price_half=half")
        cls.stack.up()
        cls.addClassCleanup(cls.stack.down)

    def use(self, client):
        self.addCleanup(client.close)
        self.client = client

    def call(self, service, method, **fields):
        return self.client.call(service, method, **fields)

    def mail(self, address, subject):
        return wait_until(lambda: self.receiver.to(address, subject), 60, f"a mail '{subject}' comes to {address}")[0]

    def token(self, address, subject, page):
        """Of the link to one of our pages that a mail has."""
        return next(link for link in links_of(self.mail(address, subject)) if f"/{page}?token=" in link).split("token=")[1]

    def refused(self, client, service, method, **fields):
        """The reason of a call that is refused."""
        with self.assertRaises(Refused) as refused:
            client.call(service, method, **fields)
        return refused.exception.reason

    def migration(self, name):
        return self.call(MIGRATIONS, "GetMigration", migration_id=name)["migration"]

    def wait_for_state(self, name, state, seconds):
        return wait_until(lambda: (now := self.migration(name))["state"] == state and now, seconds, f"the migration is {state}; {self.stack.logs(3)}")

    # ---------------------------------------------------------------------------------------------------------------------------

    def signed_up(self, address):
        self.assertEqual(self.refused(self.client, MIGRATIONS, "ListMigrations"), "NOT_SIGNED_IN")
        self.call(ACCOUNTS, "SignUp", email=address, password=PASSWORD, company_name="Heron & Co", name="Ann")
        self.call(ACCOUNTS, "VerifyEmail", token=self.token(address, "Confirm", "verify"), password=PASSWORD)
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

    def shared(self, name):
        """The report on paper for who may see it, and by a link for who has no account, until its time is over."""
        paper = self.client.fetch(REPORTS, "DownloadReport", migration_id=name, format="pdf")
        self.assertEqual((paper[:5], paper.rstrip()[-5:]), (b"%PDF-", b"%%EOF"))
        made, stranger = self.call(REPORTS, "CreateReportShare", migration_id=name, days=2), edge_of(self.stack)
        self.assertEqual(made["url"], f"{stranger.origin}/api/v1/shared-reports/{made['token']}")
        path = urllib.parse.urlsplit(made["url"]).path
        page, data = stranger.get(path), stranger.get(f"{path}/json")
        self.assertEqual((page.status, page.header("content-type"), data.status), (200, "text/html; charset=utf-8", 200), page)
        self.assertIn("The books match", page.body.decode())
        self.assertIn("The books match", json.loads(data.body)["sentence"])
        self.assertEqual(stranger.get(f"/api/v1/migrations/{name}/report/html").status, 401, "the link opens nothing else")
        self.stack.sql(f"update validator.report_share set expires_at = now() where share_id = '{made['share']['share_id']}'")
        for gone in (stranger.get(path), stranger.get(f"{path}/json")):
            self.assertEqual((gone.status, gone.reason()), (404, "LINK_INVALID"), gone)

    def unsubscribed(self, address):
        """By the link of the mail: looking at it changes nothing, a mail program's one click does."""
        mail, stranger = self.mail(address, "The books match"), edge_of(self.stack)
        link = next(link for link in links_of(mail) if "/unsubscribe/" in link)
        self.assertEqual((mail["list-unsubscribe"], mail["list-unsubscribe-post"]), (f"<{link}>", "List-Unsubscribe=One-Click"))
        path, form = urllib.parse.urlsplit(link).path, {"content-type": "application/x-www-form-urlencoded"}

        def unwanted():
            return self.stack.sql("select count(*) from notifier.suppressed where reason = 'unwanted'")

        page = stranger.get(path)
        self.assertEqual((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), page)
        self.assertIn(b'<form method="post">', page.body)
        forged = stranger.call("POST", path[:-1] + ("A" if path[-1] != "A" else "B"), raw=b"List-Unsubscribe=One-Click", headers=form)
        self.assertEqual((forged.status, forged.reason(), unwanted()), (404, "LINK_INVALID", "0"), forged)
        for body, headers in ((b"List-Unsubscribe=One-Click", form), (b"", {**form, "origin": stranger.origin})):  # the program, then the page's button
            done = stranger.call("POST", path, raw=body, headers=headers)
            self.assertEqual((done.status, unwanted()), (200, "1"), done)
            self.assertIn(b"no more mails", done.body)

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
        self.shared(name)
        self.unsubscribed("ann@example.com")

    def answers(self, service, method, client=None):
        try:
            return (client or self.client).call(service, method)
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

    def test_3_a_colleague_comes_by_invitation_and_chooses_a_new_password(self):
        self.use(ByCurl(self.stack))
        self.signed_up("cid@example.com")
        self.call(PEOPLE, "InvitePerson", email="dan@example.com", role="ROLE_VIEWER")
        invitation, dan = self.token("dan@example.com", "invites you", "invitation"), ByCurl(self.stack)
        self.addCleanup(dan.close)
        self.assertEqual(self.refused(dan, PEOPLE, "AcceptInvitation", token=invitation + "x", password=PASSWORD), "TOKEN_UNKNOWN")
        self.assertFalse(dan.call(PEOPLE, "AcceptInvitation", token=invitation, password=PASSWORD, name="Dan")["had_account"])
        self.assertEqual(self.refused(dan, PEOPLE, "AcceptInvitation", token=invitation, password=PASSWORD), "TOKEN_UNKNOWN")
        me = dan.call(ACCOUNTS, "SignIn", email="dan@example.com", password=PASSWORD)["me"]
        self.assertEqual((me["role"], me["tenant_id"]), ("ROLE_VIEWER", self.call(ACCOUNTS, "WhoAmI")["me"]["tenant_id"]))
        people = {person["email"]: person["role"] for person in self.call(PEOPLE, "ListPeople")["people"]}
        self.assertEqual(people, {"cid@example.com": "ROLE_OWNER", "dan@example.com": "ROLE_VIEWER"})
        self.assertEqual(self.refused(dan, MIGRATIONS, "CreateMigration", name="Dan's", platform=PLATFORM), "ROLE_TOO_LOW")

        other, another = ByCurl(self.stack), PASSWORD[::-1]
        self.addCleanup(other.close)
        other.call(ACCOUNTS, "RequestPasswordReset", email="dan@example.com")
        reset = self.token("dan@example.com", "Choose a new password", "reset")
        self.assertEqual(self.refused(other, ACCOUNTS, "ResetPassword", token=reset + "x", password=another), "TOKEN_UNKNOWN")
        other.call(ACCOUNTS, "ResetPassword", token=reset, password=another)
        self.assertEqual(self.refused(other, ACCOUNTS, "ResetPassword", token=reset, password=another), "TOKEN_UNKNOWN")
        wait_until(lambda: self.answers(ACCOUNTS, "WhoAmI", dan) is None, 10, "the session of before has ended")
        self.assertEqual(self.refused(other, ACCOUNTS, "SignIn", email="dan@example.com", password=PASSWORD), "CREDENTIALS_WRONG")
        self.assertEqual(other.call(ACCOUNTS, "SignIn", email="dan@example.com", password=another)["me"]["role"], "ROLE_VIEWER")
        self.mail("dan@example.com", "Your password was changed")

    def test_4_a_plan_caps_the_years_and_pays_for_one_migration(self):
        self.use(ByCurl(self.stack))
        self.signed_up("eli@example.com")
        back = {"success_url": "https://localhost/paid", "cancel_url": "https://localhost/"}
        self.assertEqual(self.refused(self.client, PAYMENTS, "Subscribe", plan="starter", **back), "PLAN_UNKNOWN")  # no price at Stripe
        self.assertEqual(pay_by_card(self.call(PAYMENTS, "Subscribe", plan="half", **back)["checkout"]["url"]), 200)
        plan = wait_until(lambda: (now := self.call(PAYMENTS, "GetPlan"))["name"] and now, 30, "the plan is in force")
        self.assertEqual((plan["name"], plan["years_max"], plan["migrations_included"], plan["migrations_used"]), ("Half", 5, 1, 0))
        self.mail("eli@example.com", "Your plan Half: active")
        name = self.call(MIGRATIONS, "CreateMigration", name="Years", platform=PLATFORM)["migration"]["migration_id"]
        self.assertEqual(self.refused(self.client, PRICES, "RequestQuote", companies=[{"migration_id": name, "years": 6}]), "PLAN_YEARS")
        quote = self.call(PRICES, "RequestQuote", companies=[{"migration_id": name, "years": 5}])["quote"]
        self.assertEqual((quote["total"], self.migration(name)["state"]), ("2099", "STATE_PRICED"))

        self.call(PRICES, "EditScope", migration_id=name, extent={"years": 2})
        self.assertEqual(self.migration(name)["state"], "STATE_DRAFT")
        self.assertEqual(self.call(PRICES, "GetQuote", quote_id=quote["quote_id"])["quote"]["state"], "QUOTE_STATE_VOIDED")
        self.refused(self.client, PAYMENTS, "Checkout", quote_id=quote["quote_id"], **back)
        again = self.call(PRICES, "RequestQuote", companies=[{"migration_id": name}])["quote"]
        estimate = self.call(PRICES, "Estimate", companies=[{"platform": PLATFORM, "years": 2}])
        self.assertEqual((again["total"], again["migrations"][0]["price"]["years"]), (estimate["total"], 2))
        self.assertLess(int(again["total"]), int(quote["total"]))

        self.call(PAYMENTS, "UsePlan", migration_id=name)
        self.assertIn(self.migration(name)["state"], ("STATE_PAID", "STATE_CONNECTING"))
        self.assertIn("ENTITLED_BY_PLAN", [event["kind"] for event in self.call(MIGRATIONS, "History", migration_id=name)["events"]])
        self.assertEqual(self.call(PAYMENTS, "GetPlan")["migrations_used"], 1)
        second = self.call(MIGRATIONS, "CreateMigration", name="One more", platform=PLATFORM)["migration"]["migration_id"]
        self.call(PRICES, "RequestQuote", companies=[{"migration_id": second, "years": 2}])
        self.assertEqual(self.refused(self.client, PAYMENTS, "UsePlan", migration_id=second), "PLAN_USED_UP")
        self.assertEqual(self.migration(second)["state"], "STATE_PRICED")


if __name__ == "__main__":
    unittest.main()

"""A person from the sign-up to the sign-out through the edge, and the API key that was made on the way."""
import itertools
import json
import re
import secrets
import unittest
import urllib.parse
import uuid

from edge_client import edge_of
from grpc_calls import Contracts, path_of
from stack import Stack, wait_until
from walk import EITHER, LEVELS, fill, kinds_in, masked


class PeopleAtTheEdge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().up()
        cls.addClassCleanup(cls.stack.down)
        cls.email, cls.password, cls.used_token = cls.sign_up("ann")

    @classmethod
    def sign_up(cls, name):
        """(address, password, token of the link) of a new person with a company."""
        email, password = f"{name}.{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(18)
        edge = edge_of(cls.stack)
        answer = edge.post("/api/v1/account/sign-up", {"email": email, "password": password, "company_name": f"{name} Ltd", "name": name})
        assert answer.status == 200, answer
        mail = wait_until(lambda: cls.mails(email), 60, "the mail of the sign-up")[0]
        link = next(link for link in mail["links"] if "token=" in link)
        assert link.startswith(edge.origin + "/verify"), link
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
        stranger = edge.post("/api/v1/account/verify-email", {"token": token, "password": "not the one of the sign-up"})
        assert (stranger.status, stranger.reason()) == (401, "CREDENTIALS_WRONG"), stranger
        assert edge.post("/api/v1/account/verify-email", {"token": token, "password": password}).status == 200
        return email, password, token

    @classmethod
    def mails(cls, email):
        box = json.loads(cls.stack.get("Q2O_PORT_SANDBOX_MAIL", f"/mailbox?to={urllib.parse.quote(email)}"))
        return box if isinstance(box, list) else box.get("mails", [])

    def signed_in(self, email=None, password=None):
        edge = edge_of(self.stack)
        answer = edge.post("/api/v1/account/sign-in", {"email": email or self.email, "password": password or self.password})
        self.assertEqual(answer.status, 200, answer)
        (cookie,) = answer.all("set-cookie")
        self.assertTrue(cookie.startswith("__Host-q2o_session="), cookie.partition("=")[0])
        self.assertNotIn("domain", cookie.lower())
        for flag in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            self.assertIn(flag.lower(), cookie.lower())
        return edge

    def key(self, edge, **more):
        answer = edge.post("/api/v1/api-keys", {"name": "books", "scopes": ["migrations:read"], **more})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["api_key"]["key_id"], edge_of(self.stack, answer.json()["secret"])

    def test_a_link_works_once(self):
        answer = edge_of(self.stack).post("/api/v1/account/verify-email", {"token": self.used_token})
        self.assertEqual((answer.status, answer.reason()), (404, "TOKEN_UNKNOWN"))

    def test_a_session_reads_and_writes_from_our_pages_only(self):
        edge = self.signed_in()
        self.assertEqual(edge.get("/api/v1/account/me").json()["me"]["email"], self.email)
        self.assertEqual(edge.get("/api/v1/migrations").status, 200)
        order = {"name": "books", "platform": "quickbooks_online"}
        self.assertEqual(edge.post("/api/v1/migrations", order).status, 200)
        for headers, origin in (({}, False), ({"origin": "https://evil.example"}, True), ({"origin": "null"}, True)):
            refused = edge.call("POST", "/api/v1/migrations", order, headers=headers, origin=origin)
            self.assertEqual((refused.status, refused.reason()), (403, "ORIGIN_NOT_ALLOWED"), headers)
        operators = edge.post("/api/v1/migrations/0b9d2d1e-1111-4111-8111-111111111111:markPaid", {})
        self.assertEqual((operators.status, operators.reason()), (403, "OPERATORS_ONLY"))
        operators = edge.post("/api/billing/payments/pi_1:acknowledge", {"reason": "mine"})
        self.assertEqual((operators.status, operators.reason()), (403, "OPERATORS_ONLY"))
        self.assertEqual(edge.post("/api/v1/account/sign-out", {}).status, 200)

    def test_a_session_that_ended_opens_nothing(self):
        edge = self.signed_in()
        kept = dict(edge.cookies)
        self.assertEqual(edge.post("/api/v1/account/sign-out", {}).status, 200)
        edge.cookies = kept
        wait_until(lambda: edge.get("/api/v1/migrations").status == 401, 3, "the old cookie is refused")

    def test_a_key_does_what_its_scopes_say_until_it_is_revoked(self):
        edge = self.signed_in()
        key_id, program = self.key(edge)
        self.assertEqual(program.get("/api/v1/migrations").status, 200)
        for method, path, reason in (("POST", "/api/v1/migrations", "SCOPE_MISSING"), ("GET", "/api/v1/api-keys", "NOT_WITH_A_KEY")):
            refused = program.call(method, path, {} if method == "POST" else None)
            self.assertEqual((refused.status, refused.reason()), (403, reason), path)
        self.assertEqual(edge.call("DELETE", f"/api/v1/api-keys/{key_id}").status, 200)
        wait_until(lambda: program.get("/api/v1/migrations").status == 401, 3, "the revoked key is refused")

    def test_a_key_over_its_limit_hears_when_to_come_back(self):
        _, program = self.key(self.signed_in(), rate_per_minute=5)
        answers = [program.get("/api/v1/migrations") for _ in range(12)]
        limited = [answer for answer in answers if answer.status == 429]
        self.assertTrue(limited, [answer.status for answer in answers])
        self.assertGreaterEqual(int(limited[0].header("retry-after")), 1)

    def test_calls_are_counted_for_the_company(self):
        edge = self.signed_in()
        key_id, program = self.key(edge)
        for _ in range(3):
            program.get("/api/v1/migrations")
        program.get("/api/v1/migrations/0b9d2d1e-1111-4111-8111-111111111111")  # there is none
        self.assertEqual(edge.post("/api/v1/migrations", {"name": "counted", "platform": "quickbooks_online"}).status, 200)

        def counted():
            lines = edge.get(f"/api/v1/usage?key_id={key_id}").json()["lines"]
            return sum(int(line["calls"]) for line in lines) >= 4 and lines

        lines = {line["endpoint"]: line for line in wait_until(counted, 15, "the calls are counted")}
        self.assertEqual(int(lines["/q2o.billing.v1.MigrationService/ListMigrations"]["calls"]), 3)
        self.assertEqual(sum(int(line["refused"]) for line in lines.values()), 1, lines)
        wait_until(lambda: int(edge.get("/api/v1/usage").json()["migrations"]) >= 1, 20, "the migration is counted")
        self.assertEqual(int(edge.get(f"/api/v1/usage?key_id={key_id}").json()["migrations"]), 0, "a person made it")

    def ids_of(self, edge):
        """What a company has before it has moved anything, by the names of the contracts' fields."""
        migration = edge.post("/api/v1/migrations", {"name": "books", "platform": "quickbooks_online"}).json()["migration"]["migration_id"]
        endpoint = edge.post("/api/v1/webhooks", {"url": "https://hooks.example.com/q2o"}).json()["endpoint"]["endpoint_id"]
        delivery = edge.post(f"/api/v1/webhooks/{endpoint}:test", {}).json()["delivery"]["delivery_id"]
        target = edge.post(
            "/connect/odoo/save", {"url": self.odoo(), "database": "sandbox", "user": "admin", "password": "admin", "skip_check": True}
        ).json()["target"]["target_id"]
        connection = edge.post("/api/v1/connections", {"platform": "quickbooks_online", **self.books()}).json()["connection"]["connection_id"]
        assessment = edge.post(f"/api/v1/connections/{connection}/assessments", {}).json()["assessment"]["assessment_id"]
        quote = edge.post("/api/billing/quotes", {"companies": [{"migration_id": migration, "years": 2}]}).json()
        invitation = edge.post("/api/v1/people/invitations", {"email": f"guest.{secrets.token_hex(4)}@example.com", "role": "ROLE_VIEWER"}).json()
        return {
            "migration_id": migration, "endpoint_id": endpoint, "delivery_id": delivery, "target_id": target, "key_id": self.key(edge)[0],
            "connection_id": connection, "source_connection_id": connection, "assessment_id": assessment, "share_id": self.share(edge, migration),
            "person_id": edge.get("/api/v1/account/me").json()["me"]["person_id"],
            "mail_id": edge.get("/api/v1/mails").json()["mails"][0]["mail_id"],
            "quote_id": quote.get("quote", {}).get("quote_id", ""), "invitation_id": invitation.get("invitation", {}).get("invitation_id", ""),
        }  # fmt: skip

    def books(self):
        quickbooks = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        return {
            "base_url": quickbooks, "token_url": f"{quickbooks}/oauth2/v1/tokens/bearer", "company_id": self.stack.realm(), "client_id": "sandbox-client-id",
            "client_secret": "sandbox-client-secret", "refresh_token": "sandbox-refresh-token",
        }  # fmt: skip

    def share(self, edge, migration):
        """A link to a report, which a company that has moved nothing cannot make: its row alone."""
        share, tenant = str(uuid.uuid4()), edge.get("/api/v1/account/me").json()["me"]["tenant_id"]
        self.stack.sql(
            "insert into validator.report_share (share_id, tenant_id, migration_id, run, created_by, expires_at) "
            f"values ('{share}', '{tenant}', '{migration}', 1, 'a test', now() + interval '1 day')"
        )
        return share

    def odoo(self):
        return f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_ODOO']}"

    def test_every_call_with_an_id_of_another_company_leads_nowhere(self):
        contracts = Contracts(self.stack.binaries)
        ann = self.signed_in()
        theirs = self.ids_of(ann)
        self.assertEqual([kind for kind, value in theirs.items() if not value], [])
        email, password, _ = self.sign_up("eve")
        eve = self.signed_in(email, password)
        scopes = [f"{what}:{right}" for what in ("migrations", "connections", "billing", "webhooks", "people") for right in ("read", "write")]
        answer = eve.post("/api/v1/api-keys", {"name": "all", "rate_per_minute": 6000, "scopes": [*scopes, "reports:read", "reports:share", "usage:read"]})
        self.assertEqual(answer.status, 200, answer)
        program = edge_of(self.stack, answer.json()["secret"])
        walked, wrong = 0, []
        for level, method in contracts.methods():
            rest = contracts.rest(method)
            kinds = kinds_in(method.input_type)
            if level not in LEVELS or rest is None or not kinds:
                continue
            self.assertEqual(kinds - set(theirs), set(), f"{path_of(method)}: the walk has none of these to try")
            ways = [(eve, "session"), (program, "key")]
            for (who, name), without in itertools.product(ways, EITHER.get(path_of(method), (None,))):
                real = self.ask(who, contracts, method, rest, without, lambda kind: theirs[kind])
                never = self.ask(who, contracts, method, rest, without, lambda kind: str(uuid.uuid4()))
                walked += 1
                if (real.status, self.told(real)) != (never.status, self.told(never)):
                    wrong.append(f"{name} {path_of(method)}: {real} is told from {never}")
                lists = real.status == 200 and method.name.startswith(("List", "Find", "GetUsage"))
                not_with_a_key = name == "key" and real.status == 403 and real.reason() == "NOT_WITH_A_KEY"
                if real.status != 404 and not lists and not not_with_a_key:
                    wrong.append(f"{name} {path_of(method)}: {real}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertGreater(walked, 80)
        self.assertEqual(ann.get(f"/api/v1/migrations/{theirs['migration_id']}").status, 200)
        self.assertEqual([one["endpoint_id"] for one in ann.get("/api/v1/webhooks").json()["endpoints"]], [theirs["endpoint_id"]])

    @staticmethod
    def told(answer):
        """The body without its ids and without the order of a map, which means nothing."""
        return json.loads(masked(answer.body.decode()) or "null")

    def ask(self, who, contracts, method, rest, without, choose):
        from google.protobuf import json_format

        verb, template, has_body = rest
        request = contracts.message(method.input_type)
        fill(request, choose)
        if without:
            request.ClearField(without)
        body = json_format.MessageToDict(request, preserving_proto_field_name=True)
        if "{run}" in template:
            body["run"] = 1
        path = re.sub(r"\{(\w+)\}", lambda field: str(body.pop(field[1])), template)
        return who.call(verb, path, body) if has_body else who.call(verb, f"{path}?{urllib.parse.urlencode(body, doseq=True)}".rstrip("?"))

    def test_guessing_passwords_gets_slower(self):
        edge = edge_of(self.stack)
        seen = set()
        for attempt in range(30):
            answer = edge.post("/api/v1/account/sign-in", {"email": "nobody@example.com", "password": f"wrong password {attempt}"})
            seen.add(answer.status)
            if answer.status == 429:
                self.assertIsNotNone(answer.header("retry-after") or answer.reason())
                break
        self.assertIn(429, seen)
        self.assertNotIn(200, seen)


if __name__ == "__main__":
    unittest.main()

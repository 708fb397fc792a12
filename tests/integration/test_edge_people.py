"""A person from the sign-up to the sign-out through the edge, and the API key that was made on the way."""
import json
import secrets
import unittest
import urllib.parse

from edge_client import edge_of
from stack import Stack, wait_until


class PeopleAtTheEdge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().up()
        cls.addClassCleanup(cls.stack.down)
        cls.email, cls.password = f"ann.{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(18)
        edge = edge_of(cls.stack)
        answer = edge.post("/api/v1/account/sign-up", {"email": cls.email, "password": cls.password, "company_name": "Sandbox Ltd", "name": "Ann"})
        assert answer.status == 200, answer
        mail = wait_until(cls.mails, 60, "the mail of the sign-up")[0]
        link = next(link for link in mail["links"] if "token=" in link)
        assert link.startswith(edge.origin + "/verify"), link
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
        assert edge.post("/api/v1/account/verify-email", {"token": token}).status == 200
        cls.used_token = token

    @classmethod
    def mails(cls):
        box = json.loads(cls.stack.get("Q2O_PORT_SANDBOX_MAIL", f"/mailbox?to={urllib.parse.quote(cls.email)}"))
        return box if isinstance(box, list) else box.get("mails", [])

    def signed_in(self):
        edge = edge_of(self.stack)
        answer = edge.post("/api/v1/account/sign-in", {"email": self.email, "password": self.password})
        self.assertEqual(answer.status, 200, answer)
        (cookie,) = answer.all("set-cookie")
        for flag in ("HttpOnly", "Secure", "SameSite=Lax"):
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

        def counted():
            lines = edge.get(f"/api/v1/usage?key_id={key_id}").json()["lines"]
            return sum(int(line["calls"]) for line in lines) >= 4 and lines

        lines = {line["endpoint"]: line for line in wait_until(counted, 15, "the calls are counted")}
        self.assertEqual(int(lines["/q2o.billing.v1.MigrationService/ListMigrations"]["calls"]), 3)
        self.assertEqual(sum(int(line["refused"]) for line in lines.values()), 1, lines)

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

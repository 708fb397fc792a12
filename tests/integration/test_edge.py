"""The edge as the world sees it: prices for strangers, doors for everybody else, and nothing through the cracks."""
import hashlib
import hmac
import json
import re
import socket
import ssl
import time
import unittest

from edge_bounds import ESTIMATE, FIVE_YEARS, FIVE_YEARS_PROTO, Bounds
from edge_client import edge_of
from stack import Stack, wait_until

ID = "3f0c1d8e-0000-4000-8000-000000000001"
# Paths that others have written down (Stripe's and Intuit's settings, customers' programs): they stay. Verb, path → method that it reaches, status for
# a stranger.
KNOWN_PATHS = {
    ("POST", "/api/billing/estimate"): (ESTIMATE, 200),
    ("POST", "/api/billing/analyze-volume"): ("/q2o.billing.v1.PricingService/AnalyzeVolume", 401),
    ("POST", "/api/billing/checkout"): ("/q2o.billing.v1.PaymentService/Checkout", 401),
    ("POST", "/api/billing/webhook"): ("/q2o.billing.v1.PaymentService/StripeWebhook", 400),
    ("POST", "/api/v1/migrations"): ("/q2o.billing.v1.MigrationService/CreateMigration", 401),
    ("GET", "/api/v1/migrations"): ("/q2o.billing.v1.MigrationService/ListMigrations", 401),
    ("GET", f"/api/v1/migrations/{ID}"): ("/q2o.billing.v1.MigrationService/GetMigration", 401),
    ("POST", "/api/oauth/quickbooks_online/authorize"): ("/q2o.connector.v1.OAuthService/Authorize", 401),
    ("POST", "/api/oauth/quickbooks_online/callback"): ("/q2o.connector.v1.OAuthService/Callback", 401),
    ("GET", "/api/oauth/quickbooks_online/status"): ("/q2o.connector.v1.OAuthService/GetStatus", 401),
    ("POST", "/api/oauth/quickbooks_online/disconnect"): ("/q2o.connector.v1.OAuthService/Disconnect", 401),
    ("POST", "/connect/odoo/save"): ("/q2o.loader.v1.LoaderService/SaveTarget", 401),
    ("POST", "/connect/odoo/test"): ("/q2o.loader.v1.TargetService/TestTarget", 401),
    ("GET", "/ops/jobs"): ("/q2o.notifier.v1.LiveService/ListJobs", 401),
    ("GET", "/ops/errors"): ("/q2o.notifier.v1.LiveService/ListErrors", 401),
    ("GET", "/ops/stream?token=x"): ("/q2o.notifier.v1.LiveService/Stream", 401),
}


class TheEdge(Bounds, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().up()
        cls.addClassCleanup(cls.stack.down)
        cls.edge = edge_of(cls.stack)

    def access_log(self):
        lines = (self.stack.folder / "log/edge.log").read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def test_a_stranger_gets_a_price(self):
        answer = self.edge.post("/api/billing/estimate", FIVE_YEARS)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["total"], "2099")
        self.assertEqual(answer.json()["currency"], "USD")
        counted = self.edge.post("/api/billing/estimate", {"companies": [{"platform": "quickbooks_online", "years": 5, "records": 28543}]})
        self.assertEqual(counted.json()["total"], "1899")

    def test_a_browser_gets_the_same_by_grpc_web(self):
        for text in (False, True):
            status, reply, trailers = self.edge.grpc_web(ESTIMATE, FIVE_YEARS_PROTO, text=text)
            self.assertEqual((status, trailers.get("grpc-status")), (200, "0"), trailers)
            self.assertIn(b"2099", reply)

    def test_nothing_of_a_company_without_credentials(self):
        for method, path in (
            ("GET", "/api/v1/migrations"), ("POST", "/api/v1/migrations"), ("GET", "/api/v1/migrations/0b9d2d1e-1111-4111-8111-111111111111"),
            ("POST", "/api/billing/checkout"), ("GET", "/api/v1/connections"), ("POST", "/api/v1/purges"), ("GET", "/api/billing/payments"),
        ):  # fmt: skip
            answer = self.edge.call(method, path, {} if method == "POST" else None)
            self.assertEqual(answer.status, 401, f"{method} {path}: {answer}")
            self.assertEqual(answer.reason(), "NOT_SIGNED_IN", f"{method} {path}")
            self.assertIn("API key", answer.json()["details"][0]["metadata"]["hint"])

    def test_refusals_reach_grpc_web_as_its_own(self):
        status, reply, trailers = self.edge.grpc_web("/q2o.billing.v1.MigrationService/ListMigrations", b"")
        self.assertIsNone(reply)
        self.assertEqual(trailers.get("grpc-status"), "16", (status, trailers))
        self.assertIn("signed in", trailers.get("grpc-message", "").replace("%20", " "))

    def test_headers_that_say_who_one_is_are_not_believed(self):
        tenant = "3f0c1d8e-0000-4000-8000-000000000001"
        for name, value in (
            ("q2o-tenant", tenant), ("Q2O-Tenant", tenant), ("q2o-actor", "operator"), ("q2o-role", "owner"), ("q2o-person", tenant), ("q2o-service-token", "x"),
            ("q2o-key", "k"), ("x-forwarded-for", "10.0.0.1"), ("x-envoy-original-method", "GET"), ("x-envoy-internal", "true"),
        ):  # fmt: skip
            answer = self.edge.get("/api/v1/migrations", headers={name: value})
            self.assertEqual(answer.status, 401, f"{name}: {answer}")
        both = {"q2o-tenant": tenant, "q2o-actor": "operator", "q2o-role": "operator", "authorization": ""}
        self.assertEqual(self.edge.post("/api/v1/migrations", {"platform": "quickbooks_online"}, headers=both).status, 401)
        # What one server writes with "_" another reads as "-".
        self.assertEqual(self.edge.get("/api/v1/migrations", headers={"q2o_tenant": tenant}).status, 400)
        seen = [line for line in self.access_log() if line.get("tenant")]
        self.assertEqual(seen, [], "no call of this test had a tenant")

    def test_services_methods_are_not_there(self):
        for path in ("/q2o.identity.v1.KeyService/GetDataKeys", "/q2o.identity.v1.ContentService/PurgeContent", "/q2o.billing.v1.MigrationService/Nothing",
                     "/grpc.health.v1.Health/Check", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                     "/envoy.service.auth.v3.Authorization/Check", "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs"):  # fmt: skip
            _, reply, trailers = self.edge.grpc_web(path, b"")
            self.assertIsNone(reply, path)
            self.assertIn(trailers.get("grpc-status"), ("12", "5"), f"{path}: {trailers}")

    def test_unknown_paths_are_told_so(self):
        for path in ("/api/nothing", "/api/v1/migrations/1/2/3/4", "/ops/nothing", "/connect/nothing", "/api"):
            answer = self.edge.get(path)
            self.assertEqual(answer.status, 404, f"{path}: {answer}")
            self.assertEqual(answer.header("content-type"), "application/json")
        self.assertEqual(self.edge.get("/nothing").status, 404)
        for path in ("/api/v1/%2e%2e/migrations", "/api/v1/migrations%2f1", "//api//v1//migrations"):
            self.assertIn(self.edge.get(path).status, (400, 401, 404), path)

    def test_the_paths_that_others_know_lead_where_they_always_did(self):
        reached = {}
        for (verb, path), (_, status) in KNOWN_PATHS.items():
            answer = self.edge.call(verb, path, FIVE_YEARS if path.endswith("/estimate") else {} if verb == "POST" else None)
            self.assertEqual(answer.status, status, f"{verb} {path}: {answer}")
            self.assertEqual(answer.header("content-type"), "application/json", f"{verb} {path}")
            reached[answer.header("x-request-id")] = (verb, path)
        logged = wait_until(lambda: (found := self.logged(reached)).keys() == reached.keys() and found, 20, "the access log has the calls")
        self.assertEqual({reached[call]: method for call, method in logged.items()}, {way: method for way, (method, _) in KNOWN_PATHS.items()})

    def logged(self, calls):
        """The method that each of the calls reached."""
        return {line["request_id"]: line["path"] for line in self.access_log() if line["request_id"] in calls}

    def test_oversized_and_malformed_requests_end_at_the_edge(self):
        big = self.edge.call("POST", "/api/billing/estimate", raw=b'{"companies":"' + b"x" * (2 << 20), headers={"content-type": "application/json"})
        self.assertEqual(big.status, 413, big)
        hook = self.edge.call("POST", "/api/billing/webhook", raw=b"x" * (300 << 10), headers={"content-type": "application/json"})
        self.assertEqual(hook.status, 413, hook)
        for bad in (b"{", b"[]", b'{"companies":', b'{"companies":[{"years":"many"}]}', b"\xff\xfe", b'{"companies":' + b"[" * 5000):
            answer = self.edge.call("POST", "/api/billing/estimate", raw=bad, headers={"content-type": "application/json"})
            self.assertEqual(answer.status, 400, f"{bad[:40]}: {answer}")
            self.assertIn("message", answer.json(), bad[:40])
        self.assertEqual(self.edge.get("/api/billing/estimate").status, 404, "there is only POST")
        self.assertIn(self.edge.get("/api/v1/migrations", headers={"x-long": "x" * 40000}).status, (400, 431))
        self.assertIn(self.edge.get("/api/v1/migrations", headers={f"x-{n}": "1" for n in range(99)}).status, (400, 431))

    def test_smuggled_requests_are_refused(self):
        """Two lengths, or a length and chunks: servers could disagree where a request ends."""
        for head in (b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"Content-Length: 4\r\nContent-Length: 5", b"Transfer-Encoding: chunked, identity"):
            with socket.create_connection(("127.0.0.1", self.edge.port), timeout=10) as plain, self.edge.tls.wrap_socket(plain, server_hostname="localhost") as tls:
                tls.sendall(b"POST /api/billing/estimate HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
                status = tls.recv(4096).split(b" ")[1]
            self.assertIn(status, (b"400", b"501"), head)

    def test_nothing_lies_about_that_nobody_should_read(self):
        for path in ("/.git/config", "/.env", "/../deploy/local/ports.env", "/%2e%2e/deploy/local/ports.env", "/server-status", "/metrics", "/live", "/ready", "/config_dump"):
            self.assertIn(self.edge.get(path).status, (400, 404), path)
        for method in ("TRACE", "TRACK", "CONNECT"):
            self.assertNotEqual(self.edge.call(method, "/", headers={"authorization": "Bearer canary"}).status, 200, method)
            self.assertNotIn(b"canary", self.edge.call(method, "/", headers={"authorization": "Bearer canary"}).body, method)

    def test_only_our_pages_may_call_from_a_browser(self):
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        ours = self.edge.call("OPTIONS", "/api/billing/estimate", headers={"origin": self.edge.origin, **asked})
        self.assertEqual(ours.status, 200, ours)
        self.assertEqual(ours.header("access-control-allow-origin"), self.edge.origin)
        self.assertEqual(ours.header("access-control-allow-credentials"), "true")
        self.assertIn("idempotency-key", ours.header("access-control-allow-headers"))
        for origin in ("https://evil.example", "null", f"{self.edge.origin}.evil.example", f"http://127.0.0.1:{self.edge.port}"):
            other = self.edge.call("OPTIONS", "/api/billing/estimate", headers={"origin": origin, **asked})
            self.assertIsNone(other.header("access-control-allow-origin"), origin)
            posted = self.edge.post("/api/billing/estimate", FIVE_YEARS, headers={"origin": origin})
            self.assertEqual((posted.status, posted.reason()), (403, "ORIGIN_NOT_ALLOWED"), origin)

    def test_every_answer_has_the_security_headers(self):
        for answer in (self.edge.get("/"), self.edge.get("/api/v1/migrations"), self.edge.get("/api/nothing"), self.edge.post("/api/billing/estimate", FIVE_YEARS)):
            self.assertRegex(answer.header("strict-transport-security"), r"max-age=\d{8}")
            self.assertEqual(answer.header("x-content-type-options"), "nosniff")
            self.assertEqual(answer.header("referrer-policy"), "no-referrer")
            self.assertIn("frame-ancestors 'none'", answer.header("content-security-policy"))
            self.assertEqual(len(answer.all("content-security-policy")), 1)
            for told in ("server", "x-powered-by", "x-envoy-upstream-service-time"):
                self.assertIsNone(answer.header(told), told)

    def test_the_pages_are_there(self):
        page = self.edge.get("/")
        self.assertEqual(page.status, 200)
        self.assertIn(b"Quick2Odoo", page.body)
        linked = page.body
        for path in ("/oauth/return?code=a-secret-code&state=s&realmId=1", "/verify?token=t", "/reset?token=t", "/invitation?token=t"):
            answer = self.edge.get(path)
            self.assertEqual(answer.status, 200, path)
            linked += answer.body
        for script in re.findall(rb'(?:src|href)="([^"]+)"', linked):
            self.assertEqual(self.edge.get(script.decode()).status, 200, script)
        self.assertEqual(self.edge.post("/").status, 405)

    def test_old_tls_is_refused(self):
        old = ssl.create_default_context(cafile=str(self.stack.folder / "secrets/edge.crt"))
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", self.edge.port), timeout=10) as plain, self.assertRaises((ssl.SSLError, ConnectionError)):
            old.wrap_socket(plain, server_hostname="localhost")

    def test_a_payment_provider_reaches_billing_with_its_bytes_untouched(self):
        body = b'{ "id":"evt_edge_1",  "object":"event", "type":"customer.created","created":1700000000,"livemode":false,"data":{"object":{"id":"cus_1"}} }'
        now = int(time.time())
        signature = hmac.new(b"whsec_sandbox", f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        signed = {"content-type": "application/json", "stripe-signature": f"t={now},v1={signature}"}
        for altered, headers in ((body + b" ", signed), (body, {**signed, "stripe-signature": f"t={now},v1={'0' * 64}"}), (body, {"content-type": "application/json"})):
            answer = self.edge.call("POST", "/api/billing/webhook", raw=altered, headers=headers)
            self.assertEqual(answer.status, 400, answer)
        answer = self.edge.call("POST", "/api/billing/webhook", raw=body, headers=signed)
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(answer.json()["received"])

    def test_calls_that_answer_with_bytes_refuse_with_json(self):
        for path, status, reason in (("/ops/stream?token=x", 401, "TOKEN_INVALID"), ("/api/v1/shared-reports/x", 404, "LINK_INVALID"),
                                     ("/api/v1/shared-reports/x/pdf", 404, "LINK_INVALID"), ("/api/v1/unsubscribe/x", 404, "LINK_INVALID")):  # fmt: skip
            for headers in ({}, {"accept": "text/event-stream"}, {"accept-encoding": "gzip"}):
                answer = self.edge.get(path, headers=headers)
                self.assertEqual((answer.status, answer.header("content-type"), answer.reason()), (status, "application/json", reason), path)
                self.assertTrue(answer.json()["message"], path)
        forged = {"content-type": "application/json", "stripe-signature": "t=1,v1=00"}
        self.assertTrue(self.edge.call("POST", "/api/billing/webhook", raw=b"{}", headers=forged).reason())

    def test_secrets_do_not_get_into_the_log(self):
        canary = "canary-4711"
        self.edge.get(f"/ops/stream?token={canary}")
        self.edge.get(f"/oauth/return?code={canary}")
        self.edge.get("/api/v1/migrations", headers={"authorization": f"Bearer mk_{canary}", "cookie": f"__Host-q2o_session={canary}"})
        wait_until(lambda: any(line.get("path") == "/oauth/return" for line in self.access_log()), 10, "the access log has the call")
        self.assertNotIn(canary, (self.stack.folder / "log/edge.log").read_text(errors="replace"))
        self.assertNotIn(canary, (self.stack.folder / "log/identity.log").read_text(errors="replace"))

    def test_nothing_passes_while_identity_is_away(self):
        """Last by its name's order is not needed: identity comes back before the test ends."""
        import subprocess

        control = ["supervisorctl", "-c", str(self.stack.folder / "etc/supervisord.conf")]
        subprocess.run([*control, "stop", "services:identity"], check=True, capture_output=True)
        try:
            answer = self.edge.post("/api/billing/estimate", FIVE_YEARS)
            self.assertEqual(answer.status, 503, answer)
        finally:
            subprocess.run([*control, "start", "services:identity"], check=True, capture_output=True)
        wait_until(lambda: self.edge.post("/api/billing/estimate", FIVE_YEARS).status == 200, 30, "it goes on by itself")


if __name__ == "__main__":
    unittest.main()

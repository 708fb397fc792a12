"""Tokens of outside issuers: the good ones reach identity, all others count as none."""
import time
import unittest

from edge_client import edge_of
from ports import free_ports
from people import sign_up, signed_in
from stack import Stack, wait_until
from tokens import EcKey, OidcIssuer, b64, claims, hs256, part

SECRET = b"a shared secret of thirty-two bytes or more"
APP, OIDC, AUDIENCE = "https://app.example.com", "https://accounts.example.com", "quick2odoo"
GUEST, SILENT, STRANGER = "guest@example.com", "silent@example.com", "stranger@example.com"


class OutsideTokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.stack.down)
        (port,) = free_ports(1)
        cls.issuer = OidcIssuer(cls.stack.folder, port)
        cls.addClassCleanup(cls.issuer.stop)
        secret, file = cls.stack.folder / "nextauth.secret", cls.stack.folder / "issuers.toml"
        secret.write_bytes(SECRET)
        file.write_text(
            f'[[issuer]]\nname = "app"\nissuer = "{APP}"\naudiences = ["{AUDIENCE}"]\nshared_secret_file = "{secret}"\ncookies = ["next-auth.session-token"]\n'
            f'[[issuer]]\nname = "oidc"\nissuer = "{OIDC}"\naudiences = ["{AUDIENCE}"]\njwks_uri = "http://127.0.0.1:{port}/keys"\ninsecure = true\n'
        )
        cls.stack.environment["Q2O_EDGE_ISSUERS"] = str(file)
        # Whose addresses they vouch for; the application's tokens say nothing of email_verified, as NextAuth's.
        cls.stack.environment["Q2O_PEOPLE_SSO_ISSUERS"] = f"{OIDC}=example.com,{APP}=example.com"
        cls.stack.environment["Q2O_PEOPLE_SSO_TRUSTED_ADDRESSES"] = APP
        cls.stack.up()
        cls.edge = edge_of(cls.stack)
        owner = signed_in(cls.stack, *sign_up(cls.stack, "ann"))
        cls.company = owner.get("/api/v1/account/me").json()["me"]["tenant_id"]
        for address in (GUEST, SILENT):
            answer = owner.post("/api/v1/people/invitations", {"email": address, "role": "ROLE_VIEWER"})
            assert answer.status == 200, answer
        wait_until(lambda: cls.reason(cls.issuer.rs256(claims(OIDC, AUDIENCE))) != "TOKEN_REFUSED", 20, "the edge has the issuer's keys")

    @classmethod
    def reason(cls, token, **headers):
        answer = cls.edge.get("/api/v1/migrations", headers={"authorization": f"Bearer {token}", **headers})
        if answer.status == 200:
            return "passed"
        return answer.reason() if answer.status in (401, 403) else f"status {answer.status}"

    def who(self, token):
        """(address, company, role) of the token's bearer."""
        me = self.edge.get("/api/v1/account/me", headers={"authorization": f"Bearer {token}"}).json()["me"]
        return me["email"], me["tenant_id"], me["role"]

    def test_a_good_token_opens_the_company_that_invited_its_address(self):
        guest = {"email": GUEST, "sub": "guest-1"}
        for sign, other in ((self.issuer.rs256, {}), (self.issuer.curve.es256, {}), (self.issuer.rs256, {"aud": ["another-app", AUDIENCE]})):
            token = sign(claims(OIDC, AUDIENCE, **{**guest, **other}))
            self.assertEqual(self.reason(token), "passed")
            self.assertEqual(self.who(token), (GUEST, self.company, "ROLE_VIEWER"))
        token = self.issuer.curve.es256(claims(OIDC, AUDIENCE, sub="guest-1", email=None, email_verified=None))
        self.assertEqual(self.reason(token), "passed", "known by issuer and subject from then on")

    def test_an_application_that_does_not_say_whether_addresses_are_verified_is_trusted_by_name(self):
        silent = {"email": SILENT, "sub": "silent-1", "email_verified": None}
        self.assertEqual(self.reason(self.issuer.rs256(claims(OIDC, AUDIENCE, **silent))), "TOKEN_UNKNOWN", "another issuer is not")
        self.assertEqual(self.reason(hs256(SECRET, claims(APP, AUDIENCE, **{**silent, "email_verified": False}))), "TOKEN_UNKNOWN")
        token = hs256(SECRET, claims(APP, AUDIENCE, **silent))
        self.assertEqual((self.reason(token), self.who(token)), ("passed", (SILENT, self.company, "ROLE_VIEWER")))

    def test_a_good_token_of_somebody_who_was_not_invited_opens_nothing(self):
        stranger = {"email": STRANGER, "sub": "stranger-1"}
        for token in (hs256(SECRET, claims(APP, AUDIENCE, **stranger)), self.issuer.rs256(claims(OIDC, AUDIENCE, **stranger)),
                      self.issuer.curve.es256(claims(OIDC, AUDIENCE, **stranger))):  # fmt: skip
            self.assertEqual(self.reason(token), "TOKEN_UNKNOWN")

    def test_every_other_token_counts_as_none(self):
        now = int(time.time())
        good = hs256(SECRET, claims(APP, AUDIENCE))
        head, payload, signature = good.split(".")
        deep = "[" * 100 + "]" * 100
        table = {
            "another secret": hs256(b"another secret of thirty-two bytes!!", claims(APP, AUDIENCE)),
            "no algorithm": f"{part({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
            "no algorithm, in other letters": f"{part({'alg': 'nOnE'})}.{payload}.{signature}",
            "no signature": f"{head}.{payload}.",
            "no third part": f"{head}.{payload}",
            "truncated": good[:-5],
            "a byte more": good + "A",
            "parts swapped": f"{payload}.{head}.{signature}",
            "the payload of another token": f"{head}.{part(claims(APP, AUDIENCE, sub='eve'))}.{signature}",
            "expired": hs256(SECRET, claims(APP, AUDIENCE, exp=now - 61)),
            "never expires": hs256(SECRET, claims(APP, AUDIENCE, exp=None)),
            "not yet valid": hs256(SECRET, claims(APP, AUDIENCE, nbf=now + 600)),
            "for somebody else": hs256(SECRET, claims(APP, "another-app")),
            "for nobody": hs256(SECRET, claims(APP, None)),
            "of an unknown issuer": hs256(SECRET, claims("https://evil.example", AUDIENCE)),
            "of no issuer": hs256(SECRET, claims(None, AUDIENCE)),
            "the shared secret in another issuer's name": hs256(SECRET, claims(OIDC, AUDIENCE)),
            "the public key as a shared secret": hs256(self.issuer.public.read_bytes(), claims(OIDC, AUDIENCE), {"kid": "k1"}),
            "RS256 said, HS256 made": hs256(self.issuer.public.read_bytes(), claims(OIDC, AUDIENCE), {"alg": "RS256", "kid": "k1"}),
            "RSA in the name of the shared secret's issuer": self.issuer.rs256(claims(APP, AUDIENCE)),
            "ES256 in the name of the shared secret's issuer": self.issuer.curve.es256(claims(APP, AUDIENCE)),
            "ES256 by another key under the issuer's key id": EcKey(self.stack.folder / "eve.ec.key").es256(claims(OIDC, AUDIENCE)),
            "ES256 under the id of the RSA key": self.issuer.curve.es256(claims(OIDC, AUDIENCE), {"kid": "k1"}),
            "RS256 said, ES256 made": self.issuer.curve.es256(claims(OIDC, AUDIENCE), {"alg": "RS256", "kid": "k1"}),
            "ES256 without its numbers": self.issuer.curve.es256(claims(OIDC, AUDIENCE)).rpartition(".")[0] + "." + b64(bytes(64)),
            "a key of its own in the header": hs256(b"x" * 32, claims(APP, AUDIENCE), {"jwk": {"kty": "oct", "k": b64(b"x" * 32)}}),
            "a key address in the header": hs256(b"x" * 32, claims(APP, AUDIENCE), {"jku": "https://evil.example/keys", "x5u": "https://evil.example"}),
            "an unknown key id": self.issuer.rs256(claims(OIDC, AUDIENCE), {"kid": "../../k1"}),
            "huge numbers": hs256(SECRET, claims(APP, AUDIENCE, exp=10**30)),
            "an expiry that is a text": hs256(SECRET, claims(APP, AUDIENCE, exp="tomorrow")),
            "no object": f"{head}.{b64(b'[]')}.{signature}",
            "no JSON": f"{head}.{b64(b'not json')}.{signature}",
            "deep JSON": f"{head}.{b64(deep.encode())}.{signature}",
            "no base64": f"{head}.{payload}!.{signature}",
            "unicode": f"{head}.{payload}.ｓig".encode("ascii", "ignore").decode(),
            "dots": "...",
            "long": f"{head}.{'A' * 15000}.{signature}",
        }
        for what, token in table.items():
            self.assertEqual(self.reason(token), "TOKEN_REFUSED", what)

    def test_a_bad_token_beside_a_good_one_is_no_way_in(self):
        good = hs256(SECRET, claims(APP, AUDIENCE))
        for pair in (f"nonsense,{good}", f"{good},nonsense"):
            self.assertNotEqual(self.reason(pair), "passed")

    def test_claims_in_headers_are_not_believed(self):
        for name in ("x-jwt-payload", "q2o-claims", "x-envoy-jwt-payload"):
            self.assertEqual(self.reason("nonsense", **{name: b64(b'{"sub":"eve"}')}), "TOKEN_REFUSED")


if __name__ == "__main__":
    unittest.main()

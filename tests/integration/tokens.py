"""Tokens of outside issuers, good ones and bad ones, made with openssl and the standard library only."""
import base64
import hashlib
import hmac
import http.server
import json
import subprocess
import threading
import time


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def part(value):
    return b64(json.dumps(value, separators=(",", ":")).encode())


def claims(issuer, audience, **other):
    now = int(time.time())
    out = {"iss": issuer, "aud": audience, "sub": "subject-1", "email": "ann@example.com", "email_verified": True, "iat": now, "exp": now + 600, **other}
    return {name: value for name, value in out.items() if value is not None}


def hs256(secret, payload, header=None):
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', **(header or {})})}.{part(payload)}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


class EcKey:
    """A key on P-256, by openssl."""

    def __init__(self, file):
        self.private = file
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(file)], check=True, capture_output=True)

    def jwk(self, kid):
        shown = subprocess.run(["openssl", "ec", "-in", str(self.private), "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        point = shown[-64:]  # behind 0x04: not compressed
        return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": b64(point[:32]), "y": b64(point[32:])}

    def es256(self, payload, header=None):
        signed = f"{part({'alg': 'ES256', 'typ': 'JWT', 'kid': 'e1', **(header or {})})}.{part(payload)}"
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.private)], input=signed.encode(), check=True, capture_output=True)
        return f"{signed}.{b64(two_numbers(done.stdout))}"


def two_numbers(der):
    """The two numbers of an ECDSA signature, 32 bytes each: what JWTs have instead of DER."""
    out, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        out += der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return out


class OidcIssuer:
    """An OIDC provider: a key of each kind, and their JWKS over HTTP (only a test may say `insecure`)."""

    def __init__(self, folder, port):
        self.private, self.public = folder / "issuer.key", folder / "issuer.pub"
        self.curve = EcKey(folder / "issuer.ec.key")
        subprocess.run(["openssl", "genrsa", "-out", str(self.private), "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", str(self.private), "-pubout", "-out", str(self.public)], check=True, capture_output=True)
        shown = subprocess.run(["openssl", "rsa", "-in", str(self.private), "-noout", "-modulus"], check=True, capture_output=True, text=True).stdout
        modulus = bytes.fromhex(shown.strip().split("=")[1])
        rsa = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1", "n": b64(modulus), "e": "AQAB"}
        keys = json.dumps({"keys": [rsa, self.curve.jwk("e1")]}).encode()

        class Keys(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Keys)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def rs256(self, payload, header=None):
        signed = f"{part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'k1', **(header or {})})}.{part(payload)}"
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.private)], input=signed.encode(), check=True, capture_output=True)
        return f"{signed}.{b64(done.stdout)}"

"""Brings Stripe's webhooks to billing as the edge does: raw bytes and signature as one gRPC call, no tenant, no deadline."""
import http.server
import pathlib
import subprocess
import tempfile
import threading

CODES = {"0": 200, "3": 400}  # INVALID_ARGUMENT is Stripe's to read; anything else: it sends the event again


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def call(port, body, signature):
    """gRPC status as text; "14" when nobody answers."""
    message = b"\x0a\x10application/json\x12" + varint(len(body)) + body  # google.api.HttpBody
    with tempfile.NamedTemporaryFile() as frame:
        frame.write(b"\0" + len(message).to_bytes(4, "big") + message)
        frame.flush()
        headers = ["content-type: application/grpc", "te: trailers", f"stripe-signature: {signature}"]
        words = ["curl", "-s", "--http2-prior-knowledge", "-m", "20", "-o", "/dev/null", "-D", "-", "--data-binary", f"@{frame.name}"]
        words += [word for header in headers for word in ("-H", header)]
        done = subprocess.run([*words, f"http://127.0.0.1:{port}/q2o.billing.v1.PaymentService/StripeWebhook"], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.lower().startswith("grpc-status:"):
            return line.split(":")[1].strip()
    return "14"


class Endpoint:
    """An HTTP server for the sandbox's Stripe; keeps what came (body, signature, answered status)."""

    def __init__(self, billing_port):
        self.received = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                signature = self.headers.get("stripe-signature", "")
                status = CODES.get(call(billing_port, body, signature), 503)
                endpoint.received.append((body, signature, status))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/billing/webhook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def library():
    """Stripe's own Python library, from the venv of scripts/install."""
    import sys

    root = pathlib.Path(__file__).resolve().parents[2]
    # In front: it needs a newer typing_extensions than Debian's.
    sys.path[:0] = [str(folder) for folder in (root / ".run/venv/lib").glob("python3*/site-packages") if str(folder) not in sys.path]
    import stripe

    return stripe

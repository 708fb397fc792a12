"""Stripe's webhooks on their way to the edge: what was sent, and how it was answered, for the test to read."""
import http.server
import pathlib
import ssl
import threading

PATH = "/api/billing/webhook"
UNAVAILABLE = 503  # Stripe sends the event again


def send(edge, body, signature):
    """The edge's answer to the raw bytes; None when there is none."""
    try:
        return edge.call("POST", PATH, raw=body, headers={"content-type": "application/json; charset=utf-8", "stripe-signature": signature})
    except (OSError, ssl.SSLError):
        return None


class Endpoint:
    """An HTTP server for the sandbox's Stripe in front of the edge; keeps what came (body, signature, answered status)."""

    def __init__(self, edge):
        self.received = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                signature = self.headers.get("stripe-signature", "")
                answer = send(edge, body, signature)
                status = answer.status if answer else UNAVAILABLE
                endpoint.received.append((body, signature, status))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{PATH}"
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

"""What the edge adds to a query on an idle machine: its own time, from Envoy's clock (microseconds between the parts of a call), without the service's."""
import json
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/integration"))
from edge_client import edge_of  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

PATH = "/q2o.billing.v1.PricingService/Estimate"
MESSAGE = b"\x0a\x15\x0a\x11quickbooks_online\x10\x05"


def calls(edge, count, path, body, kind):
    """One after the other over one connection, as a browser's tab does."""
    connection = edge.connection()
    for _ in range(count):
        connection.request("POST", path, body=body, headers={"content-type": kind})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


def entries(stack):
    lines = (stack.folder / "log/edge.log").read_text(errors="replace").splitlines()
    return [entry for line in lines if line.startswith("{") and (entry := json.loads(line)).get("path") == PATH]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(count=2000):
    """By kind of call, in milliseconds: the edge's own time (median, p99) and whole calls (p99)."""
    stack = Stack().up()
    try:
        edge = edge_of(stack)
        json_body = json.dumps({"companies": [{"platform": "quickbooks_online", "years": 5}]}).encode()
        done, found = 0, {}
        for name, path, body, kind in (
            ("REST", "/api/billing/estimate", json_body, "application/json"),
            ("gRPC-web", PATH, b"\0" + struct.pack(">I", len(MESSAGE)) + MESSAGE, "application/grpc-web+proto"),
        ):
            calls(edge, 100, path, body, kind)  # warm
            calls(edge, count, path, body, kind)
            done += count + 100
            wait_until(lambda: len(entries(stack)) >= done, 20, "the access log is complete")
            measured = entries(stack)[-count:]
            own = [(entry["before_us"] + entry["after_us"]) / 1000 for entry in measured]
            found[name] = {"p50": percentile(own, 0.5), "p99": percentile(own, 0.99), "whole_p99": percentile([e["ms"] for e in measured], 0.99)}
        return found
    finally:
        stack.down()

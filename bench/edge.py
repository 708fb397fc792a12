"""What the edge adds to a query on an idle machine: its own time, from Envoy's clock, without the service's. bench/edge.py [CALLS]
Prints median and 99th percentile for REST and for gRPC-web; the promise is 2 ms for the latter percentile."""
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


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    stack = Stack().up()
    try:
        edge = edge_of(stack)
        json_body = json.dumps({"companies": [{"platform": "quickbooks_online", "years": 5}]}).encode()
        done = 0
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
            whole = [entry["ms"] for entry in measured]
            print(f"{name}: {count} calls, the edge's own time {percentile(own, 0.5):.2f} ms median, {percentile(own, 0.99):.2f} ms p99; whole calls {percentile(whole, 0.99)} ms p99")
    finally:
        stack.down()


if __name__ == "__main__":
    main()

"""What the edge bounds and saves: sizes, circuit breakers and time-outs, as the edge that runs has them. Part of test_edge.py, whose stack it shares."""
import gzip
import json
import os
import re
import signal

from grpc_calls import Contracts, path_of
from stack import SERVICES, wait_until

FIVE_YEARS = {"companies": [{"platform": "quickbooks_online", "years": 5}]}
# The same as protobuf by hand: companies{platform "quickbooks_online", years 5}.
FIVE_YEARS_PROTO = b"\x0a\x15\x0a\x11quickbooks_online\x10\x05"
ESTIMATE = "/q2o.billing.v1.PricingService/Estimate"


class Bounds:
    """For a test case with `stack` and `edge`."""

    def test_what_is_above_a_kibibyte_is_compressed_for_who_takes_it(self):
        many = {"companies": [{"platform": "quickbooks_online", "years": years} for years in range(1, 11)]}
        plain = self.edge.post("/api/billing/estimate", many)
        small = self.edge.get("/api/v1/migrations", headers={"accept-encoding": "gzip"})
        zipped = self.edge.post("/api/billing/estimate", many, headers={"accept-encoding": "gzip"})
        self.assertGreater(len(plain.body), 1024)
        self.assertLess(len(small.body), 1024)
        self.assertEqual([answer.header("content-encoding") for answer in (plain, small, zipped)], [None, None, "gzip"])
        self.assertEqual(gzip.decompress(zipped.body), plain.body)
        self.assertLess(len(zipped.body), len(plain.body) // 2)
        self.assertIn("accept-encoding", zipped.header("vary").lower())

    def running(self, path):
        """What the edge's own administrator says of the edge that runs."""
        return json.loads(self.stack.get("Q2O_PORT_EDGE_ADMIN", path))

    def in_force(self, what):
        """Clusters, or listeners, of the configuration that the edge has read."""
        return next(part for part in self.running("/config_dump")["configs"] if part["@type"].endswith(".BootstrapConfigDump"))["bootstrap"]["static_resources"][what]

    def test_each_service_has_a_circuit_breaker(self):
        bounds = {"max_connections": 256, "max_pending_requests": 256, "max_requests": 1024, "max_retries": 8}
        clusters = {one["name"]: one for one in self.running("/clusters?format=json")["cluster_statuses"]}
        self.assertEqual(set(clusters), {*SERVICES, "web"})
        for name, cluster in clusters.items():
            in_force = next(one for one in cluster["circuit_breakers"]["thresholds"] if one.get("priority", "DEFAULT") == "DEFAULT")
            self.assertEqual({bound: in_force[bound] for bound in bounds}, bounds, name)
        for cluster in self.in_force("clusters"):
            ejected = cluster["outlier_detection"]
            self.assertEqual((ejected["consecutive_gateway_failure"], ejected["base_ejection_time"]), (5, "5s"), cluster["name"])
            self.assertEqual(cluster["connect_timeout"], "2s", cluster["name"])

    def test_every_way_to_a_service_ends_in_time(self):
        (listener,) = self.in_force("listeners")
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        (host,) = manager["route_config"]["virtual_hosts"]
        ways, streams = [route for route in host["routes"] if "route" in route], 0
        for way in ways:
            route, match = way["route"], way["match"]
            if route["cluster"] == "web":
                self.assertEqual(route.get("timeout", "15s"), "15s", match)  # where nothing is said: Envoy's own, the same
                continue
            limit = route["max_stream_duration"]
            stream = "safe_regex" in match
            streams += stream
            self.assertEqual(limit["max_stream_duration"], "3660s" if stream else "130s", match)
            if not stream:
                self.assertEqual(limit["grpc_timeout_header_max"], "130s", match)
        self.assertEqual({way["route"]["cluster"] for way in ways}, {*SERVICES, "web"})
        self.assertEqual(streams, len({method.split(".")[1] for method in self.streams()}), "each service that streams has a way of its own for it")
        for stream in self.streams():
            first = next(way for way in ways if re.fullmatch(way["match"].get("safe_regex", {}).get("regex", "(?!)"), stream)
                         or stream.startswith(way["match"].get("prefix", "//")))  # fmt: skip
            self.assertIn("safe_regex", first["match"], stream)

    def streams(self):
        contracts = Contracts(self.stack.binaries)
        return [path_of(method) for _, method in contracts.methods() if method.server_streaming]

    def test_a_service_that_hangs_is_given_up(self):
        pid = self.stack.pid("billing")
        os.kill(pid, signal.SIGSTOP)
        try:
            status, reply, trailers = self.edge.grpc_web(ESTIMATE, FIVE_YEARS_PROTO, headers={"grpc-timeout": "1S"})
            rest = self.edge.post("/api/billing/estimate", FIVE_YEARS, headers={"grpc-timeout": "1S"})
        finally:
            os.kill(pid, signal.SIGCONT)
        # A deadline is the caller's own; what Envoy then says by gRPC-web is UNAVAILABLE, as for every 504.
        self.assertEqual((status, reply, trailers.get("grpc-status")), (504, None, "14"), trailers)
        self.assertEqual((rest.status, rest.reason()), (504, "TOO_SLOW"), rest)
        wait_until(lambda: self.edge.post("/api/billing/estimate", FIVE_YEARS).status == 200, 30, "it goes on by itself")

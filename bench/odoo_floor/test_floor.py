"""What the bare loop sends, and when. The server is real HTTP and plays Odoo's answers."""
import http.server
import json
import threading
import time
import unittest

import floor
from recorder import Recorder


class FakeOdoo(http.server.ThreadingHTTPServer):
    """Answers every call; remembers the batches with their times."""

    def __init__(self):
        self.batches, self.calls = [], []
        lock, outer = threading.Lock(), self
        self.together = threading.Barrier(2, timeout=5)

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                parameters = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["params"]
                result = 2
                if parameters["service"] == "object":
                    model, method, _, keywords = parameters["args"][3:7]
                    with lock:
                        outer.calls.append(f"{model}.{method}")
                    result = outer.run(keywords["context"]["records"]) if method == "run" else [7]
                content = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format, *arguments):
                pass

        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def run(self, records):
        begin = time.monotonic()
        if records[0]["external_id"].startswith("pair"):
            self.together.wait()  # broken, and with it the test, unless two batches are under way at once
        self.batches.append(([record["external_id"] for record in records], begin, time.monotonic()))
        return {"results": [{"external_id": record["external_id"], "outcome": "created"} for record in records]}


def record(name, model="account.move", operation="create", **values):
    return {"external_id": name, "model": model, "operation": operation, "values": {"values": values}, "post": False}


class Floor(unittest.TestCase):
    def setUp(self):
        self.server = FakeOdoo()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_batches_break_at_their_size_and_where_records_must_go_alone(self):
        records = [record("a", "account.account"), record("b"), record("c"), record("d"), record("e", operation="match")]
        batches = floor.batches_of(records, 2)
        self.assertEqual([[one["external_id"] for one in batch[0]] for batch in batches], [["a"], ["b", "c"], ["d"], ["e"]])
        self.assertEqual([batch[1] for batch in batches], [True, False, False, True])

    def test_a_batch_knows_which_others_it_refers_to(self):
        records = [record("a"), record("b"), record("c", line={"ref": "a"}), record("d", partner={"ref": "c"})]
        self.assertEqual([batch[2] for batch in floor.batches_of(records, 1)], [set(), set(), {0}, {2}])

    def load(self, records):
        def call(model, method, arguments, keywords):
            parameters = {"service": "object", "method": "execute_kw", "args": ["db", 2, "x", model, method, arguments, keywords]}
            return (0, 0, json.dumps({"params": parameters}))

        context = {"context": {"mode": "create", "isolate": False, "records": records}}
        return floor.Load([
            call("res.users", "search_read", [], {}), call("ir.config_parameter", "set_param", ["a", "b"], {}),
            call("ir.actions.server", "create", [[{"code": "x"}]], {}),
            call("ir.actions.server", "run", [[1]], {"context": {"mode": "create", "told": True, "records": []}}),
            call("ir.actions.server", "run", [[1]], context),
            call("ir.actions.server", "unlink", [[1]], {}), call("res.company", "write", [[1], {}], {}),
        ])  # fmt: skip

    def test_sends_settings_the_action_the_records_and_what_puts_settings_back(self):
        odoo = floor.Odoo(self.server.url, "db", "admin", "x")
        floor.run(odoo, self.load([record("a"), record("b", ref={"ref": "a"})]), 1, 2)
        self.assertEqual(
            self.server.calls,
            ["ir.config_parameter.set_param", "ir.actions.server.create", "ir.actions.server.run", "ir.actions.server.run", "ir.actions.server.unlink",
             "res.company.write"],
        )  # fmt: skip
        first, second = self.server.batches
        self.assertGreaterEqual(second[1], first[2], "a batch began before what it refers to was there")

    def test_uses_both_connections(self):
        floor.run(floor.Odoo(self.server.url, "db", "admin", "x"), self.load([record("pair1"), record("pair2")]), 1, 2)
        self.assertEqual(len(self.server.batches), 2)

    def test_a_disturbed_load_is_no_measure(self):
        load = self.load([record("a")])
        with self.assertRaisesRegex(RuntimeError, "disturbed"):
            load._action("run", [[1]], {"context": {"mode": "update", "isolate": False, "records": []}})

    def test_the_recorder_keeps_every_call_and_holds_when_told(self):
        with Recorder(self.server.url, hold_from=("authenticate", 2)) as recorder:
            floor.Odoo(recorder.url, "db", "admin", "x")
            waiting = threading.Thread(target=floor.Odoo, args=(recorder.url, "db", "admin", "x"))
            waiting.start()
            deadline = time.monotonic() + 5
            while not recorder.held and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertEqual((recorder.held, len(recorder.calls)), (True, 1))
            recorder.release()
            waiting.join(5)
            self.assertEqual(len(recorder.calls), 2)


if __name__ == "__main__":
    unittest.main()

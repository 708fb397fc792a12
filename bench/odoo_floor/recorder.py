"""Stands between the loader and Odoo and keeps every request with its times: what the floor sends again."""
import http.client
import http.server
import json
import threading
import time
import urllib.parse


class Recorder:
    """`with Recorder(url) as recorder`: `recorder.url` forwards to `url`; `recorder.calls` holds (begin, end, body) in order of their end.

    hold_from=(method, n): from the n-th call of the method on nothing is forwarded before `release()`; `held` says that it has come.
    """

    def __init__(self, target, hold_from=None):
        self.calls = []
        self.held = False
        self.gate = threading.Event()
        if not hold_from:
            self.gate.set()
        self.counted, self.hold_from = 0, hold_from
        lock, address = threading.Lock(), urllib.parse.urlsplit(target)
        calls, recorder = self.calls, self

        class Forward(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                recorder.wait_for_release(body, lock)
                begin = time.monotonic()
                connection = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
                connection.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
                answer = connection.getresponse()
                content = answer.read()
                with lock:
                    calls.append((begin, time.monotonic(), body))
                connection.close()
                try:
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.getheader("Content-Type", "application/json"))
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except ConnectionError:
                    self.close_connection = True  # the caller's patience was over: it asks again, and that call is recorded too

            def log_message(self, format, *arguments):  # one line per call is nobody's
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forward)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def wait_for_release(self, body, lock):
        if self.gate.is_set():
            return
        with lock:
            self.counted += json.loads(body)["params"]["method"] == self.hold_from[0]
            self.held = self.counted >= self.hold_from[1]
            held = self.held
        if held:
            self.gate.wait()

    def release(self):
        self.gate.set()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

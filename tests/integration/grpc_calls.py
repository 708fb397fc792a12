"""gRPC to the services of a stack without generated code: messages from the build's descriptor set, HTTP/2 by curl."""
import pathlib
import re
import subprocess
import sys
import tempfile

from stack import ROOT

sys.path += map(str, ROOT.glob(".run/venv/lib/python3*/site-packages"))  # protobuf


class Contracts:
    """The descriptor set that the build makes, and messages of it."""

    def __init__(self, binaries):
        from google.api import annotations_pb2  # noqa: F401  registers the option
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

        content = descriptor_pb2.FileDescriptorSet.FromString((pathlib.Path(binaries) / "proto/q2o.protoset").read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in content.file:
            self.pool.Add(file) if hasattr(self.pool, "Add") else self.pool.AddSerializedFile(file.SerializeToString())
        self.factory = message_factory
        self.files = [file.name for file in content.file if file.package.startswith("q2o.")]

    def message(self, descriptor):
        return self.factory.GetMessageClass(descriptor)()

    def methods(self):
        levels = self.pool.FindExtensionByName("q2o.identity.v1.access").message_type.fields_by_name["level"].enum_type.values_by_number
        for name in self.files:
            for service in self.pool.FindFileByName(name).services_by_name.values():
                for method in service.methods:
                    yield levels[self.option(method, "q2o.identity.v1.access").level].name, method

    def option(self, method, name):
        options = self.factory.GetMessageClass(self.pool.FindMessageTypeByName("google.protobuf.MethodOptions"))()
        options.ParseFromString(method.GetOptions().SerializeToString())
        return options.Extensions[self.pool.FindExtensionByName(name)]

    def is_command(self, level, method):
        """From outside, and it does not only read: it stands in the audit (libs/common/audit goes by the same rule)."""
        for_every_viewer = level in ("LEVEL_SIGNED_IN", "LEVEL_VIEWER") and self.option(method, "q2o.identity.v1.access").scope.endswith(":read")
        return level not in ("LEVEL_SERVICE", "LEVEL_PUBLIC") and not for_every_viewer and (self.rest(method) or ("GET",))[0] != "GET"

    def rest(self, method):
        """(verb, path with {fields}, whether there is a body) of a method; none: it is reached by gRPC only."""
        rule = self.option(method, "google.api.http")
        verb = rule.WhichOneof("pattern")
        return (verb.upper(), getattr(rule, verb), rule.body == "*") if verb else None

    def method(self, service, name):
        return self.pool.FindServiceByName(service).methods_by_name[name]


def path_of(method):
    return f"/{method.containing_service.full_name}/{method.name}"


class Answer:
    """status (gRPC code), message, headers and trailers together, messages."""

    def __init__(self, head, body, make):
        self.headers = {}
        for name, value in re.findall(r"(?im)^([\w-]+): ?(.*?)\r?$", head):
            self.headers.setdefault(name.lower(), []).append(value)
        self.status = int(self.headers.get("grpc-status", ["-1"])[0])
        self.message = self.headers.get("grpc-message", [""])[0]
        self.messages = []
        while len(body) >= 5:
            size = int.from_bytes(body[1:5], "big")
            message = make()
            message.ParseFromString(body[5 : 5 + size])
            self.messages.append(message)
            body = body[5 + size :]


def call(stack, contracts, method, request, metadata=(), seconds=4):
    """Asks the service itself, with any metadata: what the edge would have verified."""
    service = method.containing_service.full_name.split(".")[1].upper()
    body = request.SerializeToString()
    words = ["-H", f"grpc-timeout: {seconds}S", "-H", "content-type: application/grpc", "-H", "te: trailers"]
    for name, value in metadata:
        words += ["-H", f"{name}: {value}"]
    with tempfile.NamedTemporaryFile() as head:
        done = subprocess.run(
            ["curl", "-s", "--http2-prior-knowledge", "-m", str(seconds * 2), "-D", head.name, *words, "--data-binary", "@-",
             f"http://127.0.0.1:{stack.ports[f'Q2O_PORT_{service}']}{path_of(method)}"],
            input=b"\0" + len(body).to_bytes(4, "big") + body, capture_output=True, timeout=seconds * 4,
        )  # fmt: skip
        told = pathlib.Path(head.name).read_text(errors="replace")
    return Answer(told, done.stdout, lambda: contracts.message(method.output_type))


def ask(stack, contracts, service, called, metadata=(), seconds=4, **fields):
    """The same by names, with simple fields."""
    method = contracts.method(service, called)
    request = contracts.message(method.input_type)
    for field, value in fields.items():
        setattr(request, field, value)
    return call(stack, contracts, method, request, metadata, seconds)

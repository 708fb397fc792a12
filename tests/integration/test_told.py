"""What people and programs are told, on a whole stack: sign-up, verification mail, a migration, live events, the verdict by mail and webhook, the report.

gRPC is spoken by curl and the few bytes of protobuf that it takes: a client that is not ours."""
import json
import subprocess
import unittest

from stack import Stack, wait_until

ADDRESS = "ann@example.com"
PASSWORD = "ledger heron seventeen umbrellas"


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def message(**fields):
    """Fields that are texts, by f<number>."""
    return b"".join(varint(int(name[1:]) << 3 | 2) + varint(len(text.encode())) + text.encode() for name, text in fields.items())


def fields_of(data):
    """{number: [values]} of a message; length-delimited ones as bytes."""
    out, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = number()
        if tag & 7 == 2:
            size = number()
            value, at = data[at : at + size], at + size
        elif tag & 7 == 0:
            value = number()
        else:
            size = 8 if tag & 7 == 1 else 4
            value, at = data[at : at + size], at + size
        out.setdefault(tag >> 3, []).append(value)
    return out


class Told(unittest.TestCase):
    long = True

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)

    def call(self, service, method, body=b"", tenant="", seconds=30, stream=False):
        """The messages of the answer."""
        port = self.stack.ports[f"Q2O_PORT_{service.split('.')[1].upper()}"]
        command = [
            "curl", "-s", "--http2-prior-knowledge", "--max-time", str(seconds), "-H", "content-type: application/grpc", "-H", "te: trailers",
            "-H", f"grpc-timeout: {seconds}S", "-H", "q2o-actor: test", "--data-binary", "@-", f"http://127.0.0.1:{port}/{service}/{method}",
        ]  # fmt: skip
        if tenant:
            command[1:1] = ["-H", f"q2o-tenant: {tenant}"]
        done = subprocess.run(command, input=b"\0" + len(body).to_bytes(4, "big") + body, capture_output=True)
        out, rest = [], done.stdout
        if not stream:
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(rest, f"{method} was refused; the log says why: {self.stack.logs(3)}")
        while len(rest) >= 5:
            size = int.from_bytes(rest[1:5], "big")
            out.append(rest[5 : 5 + size])
            rest = rest[5 + size :]
        return out

    def mails(self, subject):
        box = json.loads(self.stack.get("Q2O_PORT_SANDBOX_MAIL", f"/mailbox?to={ADDRESS}"))["mails"]
        return [mail for mail in box if subject in mail["subject"]]

    def test_from_the_sign_up_to_the_verdict(self):
        accounts = "q2o.identity.v1.AccountService"
        self.call(accounts, "SignUp", message(f1=ADDRESS, f2=PASSWORD, f3="Heron & Co", f4="Ann"))
        mail = wait_until(lambda: self.mails("Confirm"), 60, "the verification mail comes")[0]
        self.assertTrue(mail["tls"])
        token = next(link for link in mail["links"] if "/verify?token=" in link).split("token=")[1]
        self.call(accounts, "VerifyEmail", message(f1=token))
        answer = self.call(accounts, "SignIn", message(f1=ADDRESS, f2=PASSWORD))
        tenant = fields_of(fields_of(answer[0])[1][0])[4][0].decode()

        stream_token = fields_of(self.call("q2o.notifier.v1.LiveService", "CreateStreamToken", tenant=tenant)[0])[1][0].decode()
        process = self.stack.start_migration(Q2O_TENANT=tenant)
        wait_until(lambda: self.call("q2o.notifier.v1.LiveService", "ListJobs", tenant=tenant)[0], 120, "the job is known")
        self.stack.kill_hard("notifier")
        code, result = self.stack.finish(process)
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"))

        mail = wait_until(lambda: self.mails("The books match"), 60, "the verdict comes by mail")[0]
        self.assertIn("difference 0.00", mail["text"])
        self.assertEqual(mail["copies"], 1)
        migration = result["migration_id"]
        self.assertIn(f"/api/v1/migrations/{migration}/report/html", mail["links"][0])

        pieces = self.call("q2o.validator.v1.ReportFileService", "DownloadReport", message(f1=migration, f2="html"), tenant)
        page = b"".join(fields_of(piece).get(2, [b""])[0] for piece in pieces).decode()
        self.assertIn("The books match", page)

        pieces = self.call("q2o.notifier.v1.LiveService", "Stream", message(f1=stream_token), seconds=3, stream=True)
        events = b"".join(fields_of(piece).get(2, [b""])[0] for piece in pieces).decode()
        self.assertIn("event: progress\ndata: {", events)
        self.assertIn(migration, events)
        self.assertEqual(len(self.mails("The books match")), 1)


if __name__ == "__main__":
    unittest.main()

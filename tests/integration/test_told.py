"""What people and programs are told, on a whole stack: sign-up, verification mail, a migration, live events, the verdict by mail and webhook, the report.

gRPC is spoken by curl: a client that is not ours."""
import json
import unittest

from grpc_calls import Contracts, ask
from stack import Stack, wait_until

ADDRESS = "ann@example.com"
PASSWORD = "ledger heron seventeen umbrellas"


class Told(unittest.TestCase):
    long = True

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        cls.contracts = Contracts(cls.stack.binaries)

    def call(self, service, method, tenant="", seconds=30, stream=False, **fields):
        """The messages of the answer."""
        metadata = [("q2o-actor", "test")] + ([("q2o-tenant", tenant)] if tenant else [])
        answer = ask(self.stack, self.contracts, service, method, metadata, seconds, **fields)
        if not stream:
            self.assertEqual(answer.status, 0, f"{method} was refused: {answer.message}; the log says why: {self.stack.logs(3)}")
        return answer.messages

    def mails(self, subject):
        box = json.loads(self.stack.get("Q2O_PORT_SANDBOX_MAIL", f"/mailbox?to={ADDRESS}"))["mails"]
        return [mail for mail in box if subject in mail["subject"]]

    def test_from_the_sign_up_to_the_verdict(self):
        accounts = "q2o.identity.v1.AccountService"
        self.call(accounts, "SignUp", email=ADDRESS, password=PASSWORD, company_name="Heron & Co", name="Ann")
        mail = wait_until(lambda: self.mails("Confirm"), 60, "the verification mail comes")[0]
        self.assertTrue(mail["tls"])
        token = next(link for link in mail["links"] if "/verify?token=" in link).split("token=")[1]
        self.call(accounts, "VerifyEmail", token=token, password=PASSWORD)
        tenant = self.call(accounts, "SignIn", email=ADDRESS, password=PASSWORD)[0].me.tenant_id

        stream_token = self.call("q2o.notifier.v1.LiveService", "CreateStreamToken", tenant)[0].token
        process = self.stack.start_migration(Q2O_TENANT=tenant)
        wait_until(lambda: self.call("q2o.notifier.v1.LiveService", "ListJobs", tenant)[0].jobs, 120, "the job is known")
        self.stack.kill_hard("notifier")
        code, result = self.stack.finish(process)
        self.assertEqual((code, result["verdict"]), (0, "MATCHED"))

        mail = wait_until(lambda: self.mails("The books match"), 60, "the verdict comes by mail")[0]
        self.assertIn("difference 0.00", mail["text"])
        self.assertEqual(mail["copies"], 1)
        migration = result["migration_id"]
        self.assertIn(f"/api/v1/migrations/{migration}/report/html", mail["links"][0])

        pieces = self.call("q2o.validator.v1.ReportFileService", "DownloadReport", tenant, migration_id=migration, format="html")
        page = b"".join(piece.data for piece in pieces).decode()
        self.assertIn("The books match", page)

        pieces = self.call("q2o.notifier.v1.LiveService", "Stream", seconds=3, stream=True, token=stream_token)
        events = b"".join(piece.data for piece in pieces).decode()
        self.assertIn("event: progress\ndata: {", events)
        self.assertIn(migration, events)
        self.assertEqual(len(self.mails("The books match")), 1)


if __name__ == "__main__":
    unittest.main()

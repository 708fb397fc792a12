"""Every call of the contracts × the ids of another tenant: nothing is seen, nothing is done, nothing can be told from what never was.

The services are asked directly, with the tenant that the edge would have verified: what is tested is that they go by it.
"""
import json
import unittest
import uuid

from grpc_calls import Contracts, ask, call, path_of
from stack import Stack, wait_until
from walk import LEVELS, fill, ids_in, masked

NOT_FOUND, OK = 5, 0
# What is answered before, or instead of, looking for the id. Each is the same for an id that never was (the test compares).
OTHER_ANSWERS = {
    # Lists: of what does not belong to the tenant there is nothing, as of what does not exist.
    "/q2o.connector.v1.ConnectorService/ListConnections": OK,
    "/q2o.loader.v1.LoaderService/ListTargets": OK,
    "/q2o.loader.v1.LoaderService/ListRejects": OK,
    "/q2o.loader.v1.LoaderService/ListLeftSettings": OK,
    "/q2o.loader.v1.LoaderService/FindRecords": OK,
    "/q2o.mapper.v1.MapperService/ListRejects": OK,
    "/q2o.mapper.v1.MapperService/ListNotes": OK,
    "/q2o.mapper.v1.MapperService/ListRepairs": OK,
    "/q2o.notifier.v1.LiveService/ListErrors": OK,
    "/q2o.identity.v1.ApiKeyService/GetUsage": OK,
}
# Of what Ann must have for the walk to mean something.
KINDS = ("migration_id", "connection_id", "target_id", "endpoint_id", "delivery_id", "share_id", "mail_id")
# Calls that take one id or the other: what is left out in turn.
EITHER = {"/q2o.billing.v1.PricingService/AnalyzeVolume": ("migration_id", "connection_id")}


class EveryCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        cls.contracts = Contracts(cls.stack.binaries)
        code, _ = cls.stack.migrate()
        assert code in (0, 3), code
        cls.ann = (cls.stack.folder / "state/tenant").read_text().strip()
        cls.eve = str(uuid.uuid4())
        cls.methods = [method for level, method in cls.contracts.methods() if level in LEVELS]
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What a migration alone does not leave behind: a webhook and what was sent to it, a link to the report, a mail."""
        metadata = [("q2o-tenant", cls.ann), ("q2o-actor", "ann@example.com"), ("q2o-address", "192.0.2.7")]

        def made(service, name, **fields):
            answer = ask(cls.stack, cls.contracts, service, name, metadata, **fields)
            assert answer.status == OK, (name, answer.status, answer.message)
            return answer.messages[0]

        webhooks = "q2o.notifier.v1.WebhookService"
        created = made(webhooks, "CreateEndpoint", url="https://hooks.example.com/q2o")
        cls.webhook_secret = created.secret
        made(webhooks, "TestEndpoint", endpoint_id=created.endpoint.endpoint_id)
        migration = made("q2o.billing.v1.MigrationService", "ListMigrations").migrations[0].migration_id
        made("q2o.validator.v1.ReportFileService", "CreateReportShare", migration_id=migration)
        cls.stack.sql(
            "insert into notifier.mail (mail_id, tenant_id, notice_id, event, essential, recipient, address, content, message_id, state) values "
            f"('{uuid.uuid4()}', '{cls.ann}', 'a test', 'completed', true, 'r', 'ann@example.com', '', 'm', 'sent')"
        )

    def call(self, method, request, tenant):
        """(status, message, answers)."""
        for _ in range(3):
            answer = call(self.stack, self.contracts, method, request, [("q2o-tenant", tenant), ("q2o-actor", "test")])
            if answer.status != -1:  # no answer at all: curl's connection was cut
                break
        return answer.status, answer.message, answer.messages

    def ids_of_ann(self):
        found = {}
        self.told = []
        for _ in range(2):  # what the first round finds opens more
            for method in self.methods:
                request = self.contracts.message(method.input_type)
                name = method.name
                if not name.startswith(("List", "Get", "History", "WhoAmI", "Connections", "Payments", "Targets")):
                    continue
                fill(request, lambda kind: next(iter(sorted(found.get(kind, {""})))))
                _, _, answers = self.call(method, request, self.ann)
                self.told += answers
                for answer in answers:
                    ids_in(answer, found)
        found.pop("tenant_id", None)
        return found

    def test_with_the_ids_of_another_tenant(self):
        theirs = self.ids_of_ann()
        for kind in KINDS:
            self.assertIn(kind, theirs, "the walk has none of these to try")
        secret = set().union(*theirs.values())
        secret = {value for value in secret if len(value) > 8}
        wrong, walked = [], 0
        for method, without in ((method, without) for method in self.methods for without in EITHER.get(path_of(method), (None,))):
            path = path_of(method)
            with self.subTest(path, without=without):
                real, never = self.contracts.message(method.input_type), self.contracts.message(method.input_type)
                count = fill(real, lambda kind: next(iter(sorted(theirs.get(kind, theirs["migration_id"])))))
                fill(never, lambda kind: str(uuid.uuid4()))
                for request in (real, never) if without else ():
                    request.ClearField(without)
                status, message, answers = self.call(method, real, self.eve)
                leaked = {v for answer in answers for values in ids_in(answer, {}).values() for v in values} & secret - self.given(real)
                self.assertEqual(leaked, set(), f"{path} shows ids of another tenant")
                walked += 1
                if count == 0:
                    continue
                other_status, other_message, _ = self.call(method, never, self.eve)
                self.assertEqual((status, masked(message)), (other_status, masked(other_message)), f"{path}: told from one that never was")
                if status != NOT_FOUND and OTHER_ANSWERS.get(path) != status:
                    wrong.append(f"{path}: {status} {message}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertGreater(walked, 40)
        left = self.ids_of_ann()
        for kind in KINDS:
            self.assertEqual(left.get(kind), theirs[kind], f"{kind}: another tenant changed something")

    @staticmethod
    def given(request):
        return {v for values in ids_in(request, {}).values() for v in values}

    def test_secrets_are_in_no_answer_and_no_log(self):
        canaries = {self.webhook_secret.encode(), b"sandbox-client-secret", b"sandbox-refresh-token"}
        for file in (self.stack.folder / "secrets").rglob("*"):
            if file.is_file() and not file.name.endswith(".crt") and file.stat().st_size > 8:
                canaries.add(file.read_bytes().strip())
        self.assertGreater(len(canaries), 10)
        self.ids_of_ann()
        self.assertGreater(len(self.told), 30)
        for answer in self.told:
            told = answer.SerializeToString()
            self.assertEqual([secret for secret in canaries if secret in told], [], answer.DESCRIPTOR.full_name)
        logs = [file for file in (self.stack.folder / "log").glob("*.log") if not file.name.startswith("sandbox")]
        self.assertGreater(len(logs), 7)
        for file in logs:
            text = file.read_bytes()
            self.assertEqual([secret for secret in canaries if secret in text], [], file.name)

    def test_what_strangers_may_call_takes_no_ids(self):
        for level, method in self.contracts.methods():
            if level == "LEVEL_PUBLIC":
                self.assertEqual(fill(self.contracts.message(method.input_type), lambda kind: "x"), 0, f"{path_of(method)}: go by a signed token")

    def test_commands_stand_in_the_audit_with_who_and_from_where(self):
        expected = {
            ("billing.create_migration", "inside"), ("billing.mark_paid", "inside"), ("connector.save_connection", "inside"), ("loader.save_target", "inside"),
            ("notifier.create_endpoint", "192.0.2.7"), ("validator.create_report_share", "192.0.2.7"),
        }  # fmt: skip

        def entries():
            answer = ask(self.stack, self.contracts, "q2o.identity.v1.AuditService", "ListAudit", [("q2o-tenant", self.ann), ("q2o-actor", "test")])
            found = list(answer.messages[0].entries) if answer.messages else []
            return found if expected <= {(entry.action, entry.client_address) for entry in found} else None

        found = wait_until(entries, 20, "every command is in the audit")
        made = [entry for entry in found if entry.action == "notifier.create_endpoint"]
        self.assertEqual([entry.actor for entry in made], ["ann@example.com"], "once")
        paid = next(entry for entry in found if entry.action == "billing.mark_paid")
        self.assertTrue(paid.subject.startswith("migration/") and "q2o migrate" in paid.detail, paid)
        self.assertFalse({entry.action for entry in found if ".get_" in entry.action or ".list_" in entry.action}, "questions are no commands")
        verified = self.stack.q2o_json("audit", "verify")
        self.assertTrue(verified["intact"], verified)
        self.assertNotIn("sandbox-client-secret", json.dumps(self.stack.q2o_json("audit")))


if __name__ == "__main__":
    unittest.main()

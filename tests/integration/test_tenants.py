"""Every call of the contracts × the ids of another tenant: nothing is seen, nothing is done, nothing can be told from what never was.

The services are asked directly, with the tenant that the edge would have verified: what is tested is that they go by it.
"""
import json
import unittest
import uuid

from edge_client import edge_of
from grpc_calls import Contracts, ask, call, path_of
from people import invited, joined, mailed_token
from stack import Stack, wait_until
from walk import EITHER, LEVELS, fill, ids_in, kinds_in, masked

NOT_FOUND, OK = 5, 0
OWNER, VIEWER = 3, 1
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
        cls.theirs, cls.told = cls.ids_of_ann()

    @classmethod
    def prepare(cls):
        """What a migration alone does not leave behind, so that Ann has something of every kind; and secrets, each used rightly and wrongly."""
        metadata = [("q2o-tenant", cls.ann), ("q2o-actor", "ann@example.com"), ("q2o-address", "192.0.2.7")]

        def made(service, name, **fields):
            answer = ask(cls.stack, cls.contracts, service, name, metadata, **fields)
            assert answer.status == OK, (name, answer.status, answer.message)
            return answer.messages[0]

        webhooks = "q2o.notifier.v1.WebhookService"
        created = made(webhooks, "CreateEndpoint", url="https://hooks.example.com/q2o")
        made(webhooks, "TestEndpoint", endpoint_id=created.endpoint.endpoint_id)
        cls.migration = made("q2o.billing.v1.MigrationService", "ListMigrations").migrations[0]
        made("q2o.connector.v1.ConnectorService", "StartAssessment", connection_id=cls.migration.source_connection_id)
        shared = made("q2o.validator.v1.ReportFileService", "CreateReportShare", migration_id=cls.migration.migration_id)
        live = made("q2o.notifier.v1.LiveService", "CreateStreamToken").token
        invitation = invited(cls.stack, cls.contracts, cls.ann, "owner@example.com", OWNER)
        owner, password = joined(cls.stack, "owner@example.com", invitation)
        pending = invited(cls.stack, cls.contracts, cls.ann, "pending@example.com", VIEWER)

        def posted(path, **body):
            answer = owner.post(path, body)
            assert answer.status == 200, (path, answer)
            return answer.json()

        draft = posted("/api/v1/migrations", name="not paid", platform="quickbooks_online")["migration"]["migration_id"]
        posted("/api/billing/quotes", companies=[{"migration_id": draft, "years": 2}])
        key = posted("/api/v1/api-keys", name="books", scopes=["migrations:read"])["secret"]
        posted("/api/v1/account/request-password-reset", email="owner@example.com")
        odoo_key = f"odoo-key-{uuid.uuid4()}"
        odoo = {"url": cls.odoo(), "database": "sandbox", "user": "nobody", "password": odoo_key}
        checked = posted("/connect/odoo/test", **odoo)["check"]
        assert not checked["ready"], checked
        posted("/connect/odoo/save", **odoo, skip_check=True)
        cls.planted = {
            "webhook secret": created.secret, "share token": shared.token, "live token": live, "invitation": invitation, "open invitation": pending,
            "password": password, "session cookie": owner.cookies["__Host-q2o_session"], "API key": key, "Odoo key": odoo_key,
            "reset token": mailed_token(cls.stack, "owner@example.com", "reset"),
            "client secret": "sandbox-client-secret", "refresh token": "sandbox-refresh-token",
        }  # fmt: skip
        cls.last_call = cls.use_secrets(owner)

    @classmethod
    def use_secrets(cls, owner):
        """Everything that opens something opens it once, and once does not, being a letter too long. The id of the last call."""
        stranger, planted = edge_of(cls.stack), cls.planted
        for more, status in (("", 200), ("x", 401)):
            assert edge_of(cls.stack, planted["API key"] + more).get("/api/v1/migrations").status == status
            assert stranger.get("/api/v1/migrations", headers={"cookie": f"__Host-q2o_session={planted['session cookie']}{more}"}).status == status
            assert stranger.get(f"/api/v1/shared-reports/{planted['share token']}{more}").status == (status if status == 200 else 404)
            body = {"email": "owner@example.com", "password": planted["password"] + more}
            assert stranger.post("/api/v1/account/sign-in", body).status == status
            stranger.cookies = {}
            connection = stranger.connection()
            connection.request("GET", f"/ops/stream?token={planted['live token']}{more}", headers={"accept": "text/event-stream"})
            assert connection.getresponse().status == status
            connection.close()
        for token in (planted["invitation"], planted["open invitation"] + "x", planted["reset token"] + "x"):
            answers = [stranger.post(f"/api/v1/{path}", {"token": token, "password": "x" * 20}) for path in ("people/invitations/accept", "account/reset-password")]
            assert [answer.status for answer in answers] == [404, 404], answers
            assert stranger.get(f"/invitation?token={token}").status == 200
        return owner.get("/api/v1/account/me").header("x-request-id")

    @classmethod
    def odoo(cls):
        return f"http://127.0.0.1:{cls.stack.ports['Q2O_PORT_SANDBOX_ODOO']}"

    @classmethod
    def call(cls, method, request, tenant):
        """(status, message, answers)."""
        for _ in range(3):
            answer = call(cls.stack, cls.contracts, method, request, [("q2o-tenant", tenant), ("q2o-actor", "test")])
            if answer.status != -1:  # no answer at all: curl's connection was cut
                break
        return answer.status, answer.message, answer.messages

    @classmethod
    def ids_of_ann(cls):
        """(every id that she is told, by its kind; (call, all that its answer says))."""
        found, told = {}, []
        for _ in range(2):  # what the first round finds opens more
            for method in cls.methods:
                request = cls.contracts.message(method.input_type)
                name = method.name
                if not name.startswith(("List", "Get", "History", "WhoAmI", "Connections", "Payments", "Targets")):
                    continue
                fill(request, lambda kind: cls.one_of(found, kind))
                _, message, answers = cls.call(method, request, cls.ann)
                told.append((path_of(method), b"".join(answer.SerializeToString() for answer in answers) + message.encode()))
                for answer in answers:
                    ids_in(answer, found)
        found.pop("tenant_id", None)
        return found, told

    @classmethod
    def one_of(cls, found, kind):
        """Of migrations the one that has run; empty where nothing of the kind is known."""
        return cls.migration.migration_id if kind == "migration_id" else min(found.get(kind, {""}))

    def test_ann_has_an_id_of_every_kind_that_a_call_takes(self):
        for method in self.methods:
            asked = set()
            fill(self.contracts.message(method.input_type), lambda kind: asked.add(kind) or "x")
            self.assertEqual(asked, kinds_in(method.input_type), f"{path_of(method)}: the walk does not reach all of its ids")
            self.assertEqual(asked - set(self.theirs), set(), f"{path_of(method)}: the walk has none of these to try; prepare() makes one")

    def test_with_an_id_of_another_tenant_beside_own_ones(self):
        own = self.ids_of_eve()
        walked = set()
        for method in self.methods:
            kinds = kinds_in(method.input_type)
            for foreign in kinds if len(kinds) > 1 else ():
                with self.subTest(path_of(method), foreign=foreign):
                    real, never = self.contracts.message(method.input_type), self.contracts.message(method.input_type)
                    fill(real, lambda kind: self.one_of(self.theirs, kind) if kind == foreign else own[kind])
                    fill(never, lambda kind: str(uuid.uuid4()) if kind == foreign else own[kind])
                    status, message, _ = self.call(method, real, self.eve)
                    other_status, other_message, _ = self.call(method, never, self.eve)
                    self.assertEqual((status, masked(message)), (other_status, masked(other_message)), "told from one that never was")
                    self.assertNotEqual(status, OK, "taken with an id of another tenant")
                    walked.add(method.name)
        self.assertLessEqual({"CreateMigration", "SetConnections", "GetAssessment"}, walked)

    def ids_of_eve(self):
        metadata = [("q2o-tenant", self.eve), ("q2o-actor", "eve@example.com")]

        def made(service, called, **fields):
            answer = ask(self.stack, self.contracts, service, called, metadata, **fields)
            self.assertEqual(answer.status, OK, (called, answer.message))
            return answer.messages[0]

        quickbooks = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        connector = "q2o.connector.v1.ConnectorService"
        connection = made(
            connector, "SaveConnection", platform="quickbooks_online", base_url=quickbooks, token_url=f"{quickbooks}/oauth2/v1/tokens/bearer",
            company_id=self.stack.realm(), client_id="sandbox-client-id", client_secret="sandbox-client-secret", refresh_token="eves-refresh-token",
        ).connection.connection_id  # fmt: skip
        return {
            "connection_id": connection, "source_connection_id": connection,
            "assessment_id": made(connector, "StartAssessment", connection_id=connection).assessment.assessment_id,
            "target_id": made(
                "q2o.loader.v1.LoaderService", "SaveTarget", url=self.odoo(), database="sandbox", user="eve", password="x", skip_check=True
            ).target.target_id,
            "migration_id": made("q2o.billing.v1.MigrationService", "CreateMigration", name="eve", platform="quickbooks_online").migration.migration_id,
        }  # fmt: skip

    def test_with_the_ids_of_another_tenant(self):
        theirs = self.theirs
        secret = set().union(*theirs.values())
        secret = {value for value in secret if len(value) > 8}
        wrong, walked = [], 0
        for method, without in ((method, without) for method in self.methods for without in EITHER.get(path_of(method), (None,))):
            path = path_of(method)
            with self.subTest(path, without=without):
                real, never = self.contracts.message(method.input_type), self.contracts.message(method.input_type)
                count = fill(real, lambda kind: self.one_of(theirs, kind))
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
        left, _ = self.ids_of_ann()
        for kind in set().union(*(kinds_in(method.input_type) for method in self.methods)):
            self.assertLessEqual(theirs[kind], left.get(kind, set()), f"{kind}: another tenant took something away")
            if kind != "mail_id":  # mails come when they come
                self.assertEqual(left[kind], theirs[kind], f"{kind}: another tenant added something")

    @staticmethod
    def given(request):
        return {v for values in ids_in(request, {}).values() for v in values}

    def test_secrets_are_in_no_answer_and_no_log(self):
        canaries = {name: secret.encode() for name, secret in self.planted.items()}
        for file in (self.stack.folder / "secrets").rglob("*"):
            if file.is_file() and not file.name.endswith(".crt") and file.stat().st_size > 8:
                canaries[file.name] = file.read_bytes().strip()
        self.assertLessEqual({"stripe.key", "stripe_webhook.secrets", "crypto.key", "master.1.key", "service.token"}, set(canaries))
        self.assertGreater(len(self.told), 30)
        for path, told in self.told:
            self.assertEqual([name for name, secret in canaries.items() if secret in told], [], path)
        wait_until(lambda: self.last_call in (self.stack.folder / "log/edge.log").read_text(errors="replace"), 30, "the edge has written its log")
        logs = [file for file in (self.stack.folder / "log").glob("*.log") if not file.name.startswith("sandbox")]
        self.assertGreater(len(logs), 7)
        for file in logs:
            text = file.read_bytes()
            self.assertEqual([name for name, secret in canaries.items() if secret in text], [], file.name)

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

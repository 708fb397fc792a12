"""The companies' audit: every command that makes something, once, for a new company (and the link to the report of another one)."""
import unittest
import uuid

from browser import consent
from grpc_calls import Contracts, ask, call, path_of
from stack import ROOT, Stack, wait_until
from walk import made_by

OK = 0


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False)
        cls.stack.environment["STRIPE_PLAN_MAP"] = "price_half=half"
        cls.stack.up()
        cls.addClassCleanup(cls.stack.down)
        cls.contracts = Contracts(cls.stack.binaries)
        code, _ = cls.stack.migrate()
        assert code in (0, 3), code
        cls.ann = (cls.stack.folder / "state/tenant").read_text().strip()

    def test_what_a_command_makes_is_what_its_entry_is_about(self):
        from google.protobuf import json_format

        company, expected, walked = str(uuid.uuid4()), {}, set()

        def make(service, name, /, tenant=company, **fields):
            method = self.contracts.method(f"q2o.{service}", name)
            request = json_format.ParseDict(fields, self.contracts.message(method.input_type))
            answer = call(self.stack, self.contracts, method, request, [("q2o-tenant", tenant), ("q2o-actor", "bob@example.com")], 20)
            self.assertEqual(answer.status, OK, f"{name}: {answer.message}")
            told, made = answer.messages[0], made_by(method)
            action = service.split(".")[0] + "." + "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
            if made:
                walked.add(path_of(method))
                told = getattr(told, method.output_type.fields[0].name)
                expected[tenant, action] = f"{made.removesuffix('_id')}/{getattr(told, made)}"
            return told

        migration = make("billing.v1.MigrationService", "CreateMigration", name="Bakery", platform="quickbooks_online").migration_id
        quote = make("billing.v1.PricingService", "RequestQuote", companies=[{"migration_id": migration, "years": 5}]).quote_id
        make("billing.v1.PaymentService", "Checkout", quote_id=quote, success_url="https://localhost/paid")
        make("billing.v1.PaymentService", "Subscribe", plan="half", success_url="https://localhost/paid")
        quickbooks = f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}"
        make("connector.v1.ConnectorService", "SaveConnection", platform="quickbooks_online", company_id="1234", client_id="sandbox-client-id",
             client_secret="sandbox-client-secret", refresh_token="sandbox-refresh-token", base_url=quickbooks, token_url=quickbooks)  # fmt: skip
        begun = make("connector.v1.OAuthService", "Authorize", platform="quickbooks_online")
        expected[company, "connector.authorize"] = "platform/quickbooks_online"
        _, _, returned = consent(begun.url)
        signed_in = make("connector.v1.OAuthService", "Callback", platform="quickbooks_online", code=returned["code"], state=returned["state"], realm_id=returned["realmId"])
        make("connector.v1.OAuthService", "Disconnect", platform="quickbooks_online", connection_id=signed_in.connection_id)
        expected[company, "connector.disconnect"] = f"connection/{signed_in.connection_id}"
        make("loader.v1.LoaderService", "SaveTarget", url=f"http://127.0.0.1:{self.stack.ports['Q2O_PORT_SANDBOX_ODOO']}", database="q2o", user="admin", password="admin", skip_check=True)
        mapping = (ROOT / "config/mappings/quickbooks_to_odoo.json").read_text()
        expected[company, "mapper.store_mapping"] = "mapping/" + make("mapper.v1.MapperService", "StoreMapping", platform="quickbooks_online", mapping_json=mapping).version
        endpoint = make("notifier.v1.WebhookService", "CreateEndpoint", url="https://hooks.example.com/q2o").endpoint_id
        make("notifier.v1.WebhookService", "TestEndpoint", endpoint_id=endpoint)
        listed = ask(self.stack, self.contracts, "q2o.billing.v1.MigrationService", "ListMigrations", [("q2o-tenant", self.ann), ("q2o-actor", "test")])
        anns = listed.messages[0].migrations[0]
        make("validator.v1.ReportFileService", "CreateReportShare", tenant=self.ann, migration_id=anns.migration_id)
        make("connector.v1.ConnectorService", "StartAssessment", tenant=self.ann, connection_id=anns.source_connection_id)
        make("billing.v1.PurgeService", "Purge", migration_id=migration)
        making = {path_of(method) for level, method in self.contracts.methods() if self.contracts.is_command(level, method) and made_by(method)}
        self.assertEqual({path for path in making if not path.startswith("/q2o.identity.")} - walked, set(), "make these too")

        def entries():
            found = {}
            for tenant in (company, self.ann):
                answer = ask(self.stack, self.contracts, "q2o.identity.v1.AuditService", "ListAudit", [("q2o-tenant", tenant), ("q2o-actor", "test")], page_size=200)
                for entry in answer.messages[0].entries if answer.messages else ():
                    found.setdefault((tenant, entry.action), set()).add(entry.subject)
            return found if expected.keys() <= found.keys() and all(expected[key] in found[key] for key in expected) else None

        found = wait_until(entries, 20, f"these are in the audit: {expected}")
        self.assertEqual([key for key, subjects in found.items() if "" in subjects], [], "an entry that is about nothing")


if __name__ == "__main__":
    unittest.main()

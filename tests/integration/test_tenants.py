"""Every call of the contracts × the ids of another tenant: nothing is seen, nothing is done, nothing can be told from what never was.

The services are asked directly, with the tenant that the edge would have verified: what is tested is that they go by it.
"""
import re
import unittest
import uuid

from grpc_calls import Contracts, call, path_of
from stack import Stack

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
    "/q2o.identity.v1.ApiKeyService/GetUsage": OK,
}
# What calls want besides ids, so that they come to look for these.
PLAUSIBLE = {
    "platform": "quickbooks_online", "name": "a name", "reason": "asked by a test", "why": "asked by a test", "entity": "Invoice", "word": "1043",
    "success_url": "https://localhost/paid", "cancel_url": "https://localhost/", "until": "2020-12-31", "years": 2, "role": 1, "exclude": True,
    "first_year": 2024, "last_year": 2024, "url": "https://hooks.example.com/q2o",
}  # fmt: skip
# Not walked yet: these came while this was written. Take a service out of here as soon as its calls were walked once.
NOT_WALKED = {
    "q2o.validator.v1.ReportFileService", "q2o.notifier.v1.LiveService", "q2o.notifier.v1.MailService", "q2o.notifier.v1.WebhookService",
}  # fmt: skip
# Calls that take one id or the other: what is left out in turn.
EITHER = {"/q2o.billing.v1.PricingService/AnalyzeVolume": ("migration_id", "connection_id")}
LEVELS = {"LEVEL_VIEWER", "LEVEL_ACCOUNTANT", "LEVEL_OWNER"}


# Not ours, but QuickBooks's.
OF_OTHERS = {"client_id", "company_id", "realm_id"}


def is_id(field):
    return field.type == field.TYPE_STRING and field.name.endswith(("_id", "_ids")) and field.name not in OF_OTHERS


def repeated(field):
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def ids_in(message, found):
    """Every id in a message by the name of its field."""
    for field, value in message.ListFields():
        values = value if repeated(field) and not (field.message_type and field.message_type.GetOptions().map_entry) else [value]
        for one in values:
            if field.message_type is not None and hasattr(one, "ListFields"):
                ids_in(one, found)
            elif is_id(field) and one:
                found.setdefault(field.name.removesuffix("s") if field.name.endswith("_ids") else field.name, set()).add(one)
    return found


def fill(message, choose, depth=0):
    """Puts an id into every id field; how many there are."""
    count = 0
    for field in message.DESCRIPTOR.fields:
        if field.name in PLAUSIBLE and not repeated(field) and field.message_type is None:
            setattr(message, field.name, PLAUSIBLE[field.name])
            continue
        if is_id(field) and field.name != "tenant_id":
            value = choose(field.name.removesuffix("s") if field.name.endswith("_ids") else field.name)
            if repeated(field):
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
            count += 1
        elif field.message_type is not None and depth < 2 and field.message_type.full_name.startswith("q2o."):
            ids = any(is_id(f) for f in field.message_type.fields)
            if repeated(field) and ids:
                count += fill(getattr(message, field.name).add(), choose, depth + 1)
            elif not repeated(field) and (ids or any(f.name in PLAUSIBLE for f in field.message_type.fields)):
                count += fill(getattr(message, field.name), choose, depth + 1)
    return count


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
        cls.methods = [method for level, method in cls.contracts.methods() if level in LEVELS and method.containing_service.full_name not in NOT_WALKED]

    def call(self, method, request, tenant):
        """(status, message, answers)."""
        for _ in range(3):
            answer = call(self.stack, self.contracts, method, request, [("q2o-tenant", tenant), ("q2o-actor", "test")])
            if answer.status != -1:  # no answer at all: curl's connection was cut
                break
        return answer.status, answer.message, answer.messages

    def ids_of_ann(self):
        found = {}
        for _ in range(2):  # what the first round finds opens more
            for method in self.methods:
                request = self.contracts.message(method.input_type)
                name = method.name
                if not name.startswith(("List", "Get", "History", "WhoAmI", "Connections", "Payments", "Targets")):
                    continue
                fill(request, lambda kind: next(iter(sorted(found.get(kind, {""})))))
                _, _, answers = self.call(method, request, self.ann)
                for answer in answers:
                    ids_in(answer, found)
        found.pop("tenant_id", None)
        return found

    def test_with_the_ids_of_another_tenant(self):
        theirs = self.ids_of_ann()
        self.assertIn("migration_id", theirs, theirs)
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
                self.assertEqual((status, self.masked(message)), (other_status, self.masked(other_message)), f"{path}: told from one that never was")
                if status != NOT_FOUND and OTHER_ANSWERS.get(path) != status:
                    wrong.append(f"{path}: {status} {message}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertGreater(walked, 40)
        self.assertEqual(self.ids_of_ann().get("migration_id"), theirs["migration_id"])

    @staticmethod
    def given(request):
        return {v for values in ids_in(request, {}).values() for v in values}

    @staticmethod
    def masked(text):
        return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "(id)", text)


if __name__ == "__main__":
    unittest.main()

"""api_docs.py OPENAPI PROTOSET OUT: adds to the generated OpenAPI who may call what, how one signs in, and the shape of errors.
api_docs.py --postman COLLECTION OUT: takes the random ids out of a generated collection, so that the same contracts give the same bytes."""
import json
import pathlib
import sys

import yaml
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# Carry an order out once per Idempotency-Key: services/billing/app/once.h and libs/common/once.
ONCE = {
    "ApiKeyService_CreateApiKey", "ConnectorService_SaveConnection", "ConnectorService_StartAssessment", "MigrationService_AcceptDifferences",
    "MigrationService_CreateMigration", "MigrationService_MarkPaid", "MigrationService_Pause", "MigrationService_Resume", "MigrationService_SetConnections",
    "MigrationService_Start", "MigrationService_Stop", "PaymentService_Checkout", "PaymentService_Subscribe", "PaymentService_UsePlan",
    "PeopleService_InvitePerson", "PricingService_EditScope", "PricingService_RequestQuote", "PurgeService_Purge", "ReportFileService_CreateReportShare",
    "WebhookService_CreateEndpoint",
}  # fmt: skip
LEVELS = ["", "everybody", "whoever is signed in", "viewers, accountants and owners", "accountants and owners", "owners", "operators", "services"]
ABOUT = """Everything that Quick2Odoo does, over HTTPS with JSON: the same calls that the browser makes by gRPC-web.

Sign in with `POST /api/v1/account/sign-in` (the answer sets the cookie `__Host-q2o_session`; calls that change something then need the header
`Origin` of an allowed page), or send an API key: `Authorization: Bearer mk_…`. Calls that say so carry an
order out once per `Idempotency-Key` (a header; at most 255 bytes, a UUID for instance): the same call with the same key gets the first answer for 30 days. Numbers of 64 bits and amounts
of money are strings."""


def rules(protoset):
    """{"Service_Method": {level, scope, fresh}}; the option is read by the contracts themselves, so that no generated code is needed."""
    files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(protoset).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())
    access = pool.FindExtensionByName("q2o.identity.v1.access")
    options = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.protobuf.MethodOptions"))

    def access_of(method):
        rule = options.FromString(method.options.SerializeToString()).Extensions[access]
        return {"level": rule.level, "scope": rule.scope, "fresh": rule.fresh}

    return {f"{service.name}_{method.name}": access_of(method) for file in files.file for service in file.service for method in service.method}


def complete(api, access):
    api["info"]["description"] = ABOUT
    api["servers"] = [{"url": "https://127.0.0.1:15443", "description": "local stack (make up)"}]
    components = api.setdefault("components", {})
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, mk_…"},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-q2o_session"},
    }
    components.setdefault("schemas", {})["Error"] = {
        "type": "object",
        "description": "google.rpc.Status: what happened; details[].reason is a stable word, details[].metadata.hint says what to do now.",
        "properties": {
            "code": {"type": "integer", "description": "gRPC status code"},
            "message": {"type": "string"},
            "details": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
        },
    }
    components["responses"] = {"Refused": {"description": "Refused or failed", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}}
    unknown = ONCE - {operation["operationId"] for path in api["paths"].values() for operation in path.values()}
    if unknown:
        sys.exit(f"the contracts have no {', '.join(sorted(unknown))}")
    for path in api["paths"].values():
        for operation in path.values():
            rule = access[operation["operationId"]]
            who = f"May be called by {LEVELS[rule['level']]}."
            if rule["scope"]:
                who += f" API keys need the scope `{rule['scope']}`."
            elif rule["level"] != 1:
                who += " Not with an API key."
            if rule["fresh"]:
                who += " The sign-in must be of the last quarter of an hour."
            if operation["operationId"] in ONCE:
                who += " Honours `Idempotency-Key`."
            operation["description"] = f"{operation.get('description', '').strip()}\n\n{who}".strip()
            by_key = [{"key": []}] if rule["scope"] else []
            operation["security"] = [{}] if rule["level"] == 1 else [{"session": []}, *by_key]
            operation["responses"]["default"] = {"$ref": "#/components/responses/Refused"}
    return api


def without_ids(node):
    if isinstance(node, dict):
        # "response" holds made-up answers: the schemas say more.
        return {key: [] if key == "response" else without_ids(value) for key, value in node.items() if key not in ("id", "_postman_id")}
    if isinstance(node, list):
        return [without_ids(value) for value in node]
    return node


def main():
    if sys.argv[1] == "--postman":
        collection = without_ids(json.loads(pathlib.Path(sys.argv[2]).read_text()))
        pathlib.Path(sys.argv[3]).write_text(json.dumps(collection, indent=1, ensure_ascii=False) + "\n")
        return
    api = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
    complete(api, rules(sys.argv[2]))
    text = "# Generated from proto/ by scripts/api_docs; do not edit.\n" + yaml.safe_dump(api, sort_keys=False, allow_unicode=True, width=150)
    pathlib.Path(sys.argv[3]).write_text(text)


if __name__ == "__main__":
    main()

"""Filling requests of the contracts with ids, and finding the ids in answers: for walks over every call."""
import re

# What calls want besides ids, so that they come to look for these.
PLAUSIBLE = {
    "platform": "quickbooks_online", "name": "a name", "reason": "asked by a test", "why": "asked by a test", "entity": "Invoice", "word": "1043",
    "success_url": "https://localhost/paid", "cancel_url": "https://localhost/", "until": "2020-12-31", "years": 2, "role": 1, "exclude": True,
    "first_year": 2024, "last_year": 2024, "url": "https://hooks.example.com/q2o",
    "format": "json",
}  # fmt: skip
# A role in a tenant: calls that belong to one. Public ones go by a token or a link; services' and operators' are not for tenants.
LEVELS = {"LEVEL_VIEWER", "LEVEL_ACCOUNTANT", "LEVEL_OWNER"}
# Calls that take one id or the other: what is left out in turn.
EITHER = {"/q2o.billing.v1.PricingService/AnalyzeVolume": ("migration_id", "connection_id")}
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
                found.setdefault(kind_of(field.name), set()).add(one)
    return found


def fill(message, choose, depth=0):
    """Puts an id into every id field; how many there are."""
    count = 0
    for field in message.DESCRIPTOR.fields:
        if field.name in PLAUSIBLE and not repeated(field) and field.message_type is None:
            setattr(message, field.name, PLAUSIBLE[field.name])
            continue
        if is_id(field) and field.name != "tenant_id":
            value = choose(kind_of(field.name))
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


def kinds_in(descriptor, seen=()):
    """Every kind of id that a message can hold, however deep."""
    kinds = set()
    for field in descriptor.fields:
        if is_id(field) and field.name != "tenant_id":
            kinds.add(kind_of(field.name))
        elif field.message_type is not None and field.message_type.full_name.startswith("q2o.") and field.message_type.full_name not in seen:
            kinds |= kinds_in(field.message_type, (*seen, field.message_type.full_name))
    return kinds


def made_by(method):
    """The id field of what a command makes or finds by itself: its answer begins with it, its request does not name it. None: it makes nothing."""
    first = method.output_type.fields[0] if method.output_type.fields else None
    if first is None or repeated(first) or first.message_type is None:
        return None
    name = next((field.name for field in first.message_type.fields if is_id(field) and not repeated(field) and field.name != "tenant_id"), None)
    return name if name and name not in method.input_type.fields_by_name else None


def kind_of(name):
    """"migration_ids" -> "migration_id"."""
    return name.removesuffix("s") if name.endswith("_ids") else name


def masked(text):
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "(id)", text)

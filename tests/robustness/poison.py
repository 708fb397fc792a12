"""A record that kills the mapper: set aside after two crashes, the rest goes on."""
import re

from lab import Case, Lab
from stack import difference


def lonely_record(dump):
    """("Attachable/12", its external ids): a file, to which nothing refers, so that all else can be as in the undisturbed run."""
    for name in sorted(dump):
        found = re.match(r"[a-z0-9]+_attachable_(\d+)(?=_|$)", name)
        if found:
            return f"Attachable/{found.group(1)}", {one for one in dump if re.match(rf"{found.group()}(_|$)", one)}
    raise AssertionError("the company has no attachment")


def run(undisturbed, say):
    record, names = lonely_record(undisturbed.dump)
    case = Case("a record that kills the mapper", f"{record} is set aside after two crashes")
    # By the environment: every process that comes is struck again, as by a fault of the program.
    with Lab(undisturbed=undisturbed, Q2O_FAILPOINTS=f"map_record[{record}]=kill") as lab:
        lab.fresh(disarm=False)
        case.programs = lab.programs()
        _, result = lab.stack.migrate(seconds=120)
        dump = lab.stack.odoo_dump()
        rejects = [r for r in lab.stack.report(result).get("rejects", []) if "MAPPER_CRASHED" in str(r) or r["source_id"] == record.split("/")[1]]
        case.losses = len(undisturbed.dump.keys() - dump.keys() - names)
        case.duplicates = len(dump.keys() - undisturbed.dump.keys())
        rest = {name: value for name, value in undisturbed.dump.items() if name not in names}
        crashes = lab.stack.sql("select max(crashes) from mapper.crash")
        problems = []
        if dump != rest:
            problems.append(f"the rest differs: {difference(rest, dump)}")
        if len(rejects) != 1 or crashes != "2":
            problems.append(f"{crashes} crashes, rejects {rejects}")
        case.problem = "; ".join(problems)
        case.note = f"verdict {result.get('verdict')}, the record is listed as a reject, all else is as undisturbed"
    yield say(case)

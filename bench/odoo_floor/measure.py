"""The loader's time against the bare loop's, in a real Odoo 18: the same records into two copies of the same empty database."""
import concurrent.futures
import os
import time

import floor
from recorder import Recorder
from stack import Stack, wait_until

CONNECTIONS = 2  # loader.connections_per_target
BATCH = 200  # loader.batch_max


def target():
    """(url, database, user, password) of the real Odoo, or None."""
    names = ("URL", "DB", "USER", "PASSWORD")
    values = tuple(os.environ.get(f"Q2O_TEST_ODOO_{name}", "") for name in names)
    return values if all(values) else None


class Copy:
    """A copy of the empty database, warm in every worker; dropped at the end."""

    def __init__(self, odoo, name):
        self.url, self.template, self.user, self.password = odoo
        self.name = f"{self.template}_{name}"
        self.master = os.environ.get("Q2O_TEST_ODOO_MASTER_PASSWORD", "admin")

    def __enter__(self):
        server = floor.Odoo(self.url, self.template, self.user, self.password)
        if self.name in server.send("db", "list", []):
            server.send("db", "drop", [self.master, self.name])
        server.send("db", "duplicate_database", [self.master, self.template, self.name])
        self.odoo = floor.Odoo(self.url, self.name, self.user, self.password)

        def ask(_):
            begun = time.monotonic()
            self.odoo.call("account.move", "search_count", [[]], {})
            return time.monotonic() - begun

        # The first call of each worker on a database loads its registry, which takes seconds.
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            wait_until(lambda: max(pool.map(ask, range(24))) < 1, 120, "all workers have loaded the registry")
        return self

    def __exit__(self, *_):
        self.odoo.send("db", "drop", [self.master, self.name])


def mapped(stack):
    """Whether all that was extracted has been mapped and nothing more is to come."""
    found = stack.q2o_json("status").get("migrations", [])
    if not found:
        return False
    entities = stack.q2o_json("status", found[-1]["migration_id"]).get("entities", [])

    def settled(one):
        count = {name: int(one.get(name, 0)) for name in ("total", "extracted", "mapped", "merged", "excluded", "rejected")}
        return count["extracted"] == count["total"] == sum(count[name] for name in ("mapped", "merged", "excluded", "rejected"))

    return len(entities) > 20 and all(settled(one) for one in entities)


def load(copy, sandbox_args):
    """(seconds of the loader, recorded calls): everything is mapped before the loader may begin, so that it never waits for the mapper."""
    stack = Stack(sandbox_args).up()
    try:
        # The command line checks the target once before; the second question for the version is the run's.
        with Recorder(copy.url, hold_from=("version", 2)) as recorder:
            process = stack.start_migration((recorder.url, copy.name, copy.user), ODOO_PASSWORD=copy.password)
            wait_until(lambda: recorder.held and mapped(stack), 120, "everything is mapped")
            recorder.release()
            begun = time.monotonic()
            code, result = stack.finish(process, 1800)
            if code != 0:
                raise RuntimeError(f"the migration ended with {code}: {result}\n{stack.logs()}")
            calls = [call for call in recorder.calls if call[0] >= begun - 1]
        return max(end for _, end, body in calls if floor.is_write(body)) - begun, calls
    finally:
        stack.down()


def measure(odoo, runs, sandbox_args=""):
    loader, bare, ratios = [], [], []
    for _ in range(runs):
        with Copy(odoo, "bench_load") as copy:
            seconds, calls = load(copy, sandbox_args)
        with Copy(odoo, "bench_floor") as copy:
            floor_seconds = floor.run(copy.odoo, floor.Load(calls), BATCH, CONNECTIONS)
        loader.append(seconds)
        bare.append(floor_seconds)
        ratios.append(seconds / floor_seconds)
    return {"records": len(floor.Load(calls).records), "loader_seconds": loader, "floor_seconds": bare, "ratio": ratios}

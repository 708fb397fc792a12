"""make robustness: breaks a running migration in every way we know and writes docs/reliability.md.

run.py [PART…] [--seed N] [--sample N] [--minutes N] [--rest] [--kills N] [--storm SECONDS]
Parts: matrix kills servers zombie neighbours storms messages poison pressure; none = all.
"""
import argparse
import os
import pathlib
import platform
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import kills  # noqa: E402
import matrix  # noqa: E402
import messages  # noqa: E402
import neighbours  # noqa: E402
import poison  # noqa: E402
import pressure  # noqa: E402
import reliability  # noqa: E402
from lab import Lab  # noqa: E402


def say(case):
    recovery = "" if case.recovery is None else f", went on after {case.recovery:.1f} s"
    print(f"{'ok    ' if case.good else 'FAILED'} {case.fault}: {case.name}{recovery} {case.note or case.problem}", flush=True)
    return case


def of_matrix(lab, options):
    yield from matrix.run(lab, options, say, reliability.good_ones("matrix") if options.rest else set())


def of_kills(lab, options):
    disturb = kills.random_kills(options.kills, options.seed)
    yield say(lab.case("random kill -9 over all services", f"{options.kills} in one run, seed {options.seed}", disturb, 1200))


def of_servers(lab, options):
    times = 1 if options.sample else 3
    for program, answers in (("kafka", kills.kafka_answers), ("postgres", kills.postgres_answers)):
        yield say(lab.case(f"{program} killed under load", f"{times} times in one run", kills.server_killed(program, times, answers)))


def of_zombie(lab, _):
    yield say(lab.case("worker stopped and continued", "the loader that writes, three lease times, a second one beside it", kills.zombie))


def of_neighbours(lab, _):
    yield from neighbours.run(lab, list(neighbours.CASES), say)


def of_storms(lab, options):
    yield from neighbours.storms(lab, options.storm, say)


def of_messages(lab, _):
    yield from messages.run(lab, list(messages.CASES), say)


def of_poison(lab, _):
    yield from poison.run(lab.undisturbed, say)


def of_pressure(_, __):
    yield from pressure.run(say)


PARTS = {
    "matrix": of_matrix,
    "kills": of_kills,
    "servers": of_servers,
    "zombie": of_zombie,
    "neighbours": of_neighbours,
    "storms": of_storms,
    "messages": of_messages,
}
# These have a stack of their own: one at a time.
ALONE = {"poison": of_poison, "pressure": of_pressure}


def read_options(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join([*PARTS, *ALONE]))
    parser.add_argument("--seed", type=int, default=None, help="of the random kills and of the sample; printed when not given")
    parser.add_argument("--sample", type=int, default=0, help="only so many cases of the matrix")
    parser.add_argument("--minutes", type=int, default=0, help="begin no case of the matrix later than that")
    parser.add_argument("--only", default="", help="cases of the matrix with this in their name, once more; they replace what is remembered of them")
    parser.add_argument("--rest", action="store_true", help="of the matrix, what is not remembered as good; it is added")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--storm", type=int, default=60, help="seconds")
    options = parser.parse_args(words)
    for part in options.parts:
        if part not in PARTS and part not in ALONE:
            parser.error(f"no part {part}; there are {', '.join([*PARTS, *ALONE])}")
    options.parts = options.parts or [*PARTS, *ALONE]
    options.seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    return options


def main(words):
    options = read_options(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the stacks are taken down, also when somebody ends the run
    begun = time.monotonic()
    print(f"robustness: seed {options.seed}, parts {' '.join(options.parts)}", flush=True)
    bad = 0
    undisturbed = None
    shared = [part for part in PARTS if part in options.parts]
    if shared or "poison" in options.parts:
        with Lab() as lab:
            undisturbed = lab
            print(f"undisturbed: {lab.undisturbed.seconds:.1f} s, {len(lab.undisturbed.dump)} records in Odoo", flush=True)
            for part in shared:
                bad += record(part, PARTS[part](lab, options), options)
    for part in [p for p in ALONE if p in options.parts]:
        bad += record(part, ALONE[part](undisturbed, options), options)
    page = reliability.write([*PARTS, *ALONE])
    print(f"robustness: {bad} cases failed, {time.monotonic() - begun:.0f} s; {page}")
    return 1 if bad else 0


def record(part, cases, options):
    machine = f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}"
    reliability.begin(part, options.seed, machine, anew=not (options.only or options.rest))
    bad = 0
    for case in cases:
        reliability.keep(part, case)
        bad += not case.good
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

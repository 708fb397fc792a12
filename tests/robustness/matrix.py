"""kill -9 at every fail point of every service, at its first, a middle and one of its last hits."""
import random
import time

from lab import Case, gone
from scenarios import SCENARIOS

PLACES = ("first", "middle", "last")
FAULT = "kill -9 at a fail point"
COVERED = "every fail point is on the way"
# Struck by a case with a detail of its own.
ELSEWHERE = {"map_record": "poison"}


def nth(place, hits):
    return {"first": 1, "middle": max(1, hits // 2), "last": max(1, int(hits * 0.9))}[place]


def hits_of_all(lab, scenarios=SCENARIOS):
    """scenario -> service -> point -> hits."""
    return {name: lab.hits_of(SCENARIOS[name]()) for name in scenarios}


def plan(hits):
    """(scenario, service, point, number of the hit, place) of everything that the undisturbed runs passed; the same number once only."""
    cases = []
    for scenario, services in hits.items():
        for service, points in services.items():
            for point, count in points.items():
                if point in ELSEWHERE or count == 0 or service not in (SCENARIOS[scenario].services or services):
                    continue
                numbers = {nth(place, count): place for place in reversed(PLACES)}
                cases += [(scenario, service, point, number, place) for number, place in sorted(numbers.items())]
    return cases


class Strike:
    """kill -9 at the given hit of a fail point. Armed before the command begins: identity makes a tenant's keys at its first breath."""

    def __init__(self, service, point, number):
        self.service, self.point, self.number = service, point, number

    def before(self, lab):
        self.pid = lab.pid(self.service)
        lab.arm(self.service, f"{self.point}=kill@{self.number}")

    def __call__(self, lab, process):
        while not gone(self.pid):
            if process.poll() is not None:
                return None
            time.sleep(0.01)
        return lab.resumed(self.service, process, time.monotonic())


def name_of(scenario, service, point, _, place):
    return f"{scenario}: {service}.{point}, {place}"


def run_one(lab, scenario, service, point, number, place, count):
    """A point may pass a little less often than before: then once more, earlier."""
    for attempt in (number, max(1, number // 2), 1):
        name = f"{name_of(scenario, service, point, number, place)} ({attempt} of {count})"
        case = lab.case(FAULT, name, Strike(service, point, attempt), scenario=SCENARIOS[scenario]())
        if case.recovery is not None or not case.good:
            return case
    case.problem = "the fail point was not struck"
    return case


def uncovered(hits, cases):
    """Fail points of the programs that no case strikes: the run is not complete."""
    names = {point for services in hits.values() for points in services.values() for point in points} - ELSEWHERE.keys()
    return sorted(names - {point for _, _, point, _, _ in cases})


def in_turns(cases, seed):
    """Every point of every service once before any of them again, else by chance."""
    random.Random(seed).shuffle(cases)
    turns = {}
    order = []
    for number, case in enumerate(cases):
        key = case[:3]
        turns[key] = turns.get(key, -1) + 1
        order.append((turns[key], number, case))
    return [case for _, _, case in sorted(order)]


def run(lab, options, say, known=frozenset()):
    """`options.sample`, `.minutes`: no more cases than that, none begun later than that (0: all). `.only`: those whose name has that in it.
    `known`: names of cases that have been run already."""
    hits = hits_of_all(lab)
    cases = plan(hits)
    missing = uncovered(hits, cases)
    left = [case for case in in_turns(list(cases), options.seed) if options.only in name_of(*case) and name_of(*case) not in known]
    until = time.monotonic() + options.minutes * 60
    done = len(cases) - len([case for case in cases if name_of(*case) not in known])
    for scenario, service, point, number, place in left[: options.sample or None]:
        if options.minutes and time.monotonic() > until:
            break
        done += 1
        yield say(run_one(lab, scenario, service, point, number, place, hits[scenario][service][point]))
    if options.only:
        return
    text = f"every fail point of the programs has a case; {done} of the {len(cases)} cases of the matrix were run"
    yield say(Case(COVERED, "all programs", note=text, programs=lab.programs(), problem=f"not covered: {', '.join(missing)}" if missing else ""))

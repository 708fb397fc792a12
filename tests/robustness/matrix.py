"""kill -9 at every fail point of every service, at its first, a middle and one of its last hits."""
import random
import time

from lab import Case, gone

PLACES = ("first", "middle", "last")
# Struck by cases of their own, because they need a detail.
ELSEWHERE = {"map_record"}


def nth(place, hits):
    return {"first": 1, "middle": max(1, hits // 2), "last": max(1, int(hits * 0.9))}[place]


def plan(lab):
    """(service, point, place) of everything that the undisturbed run passed. The same number of hit is struck once only."""
    cases = []
    for service, points in lab.undisturbed.hits.items():
        for point, hits in points.items():
            if point in ELSEWHERE or hits == 0:
                continue
            seen = set()
            for place in PLACES:
                if nth(place, hits) not in seen:
                    cases.append((service, point, place))
                seen.add(nth(place, hits))
    return cases


def strike(service, point, number):
    def disturb(lab, process):
        pid = lab.pid(service)
        lab.arm(service, f"{point}=kill@{number}")
        # The migration has begun already, but nothing that matters: signing in comes before the run.
        while not gone(pid):
            if process.poll() is not None:
                return None
            time.sleep(0.01)
        return lab.resumed(service, process, time.monotonic())

    return disturb


def run_one(lab, service, point, place):
    """A point may pass a little less often than before: then once more, earlier."""
    hits = lab.undisturbed.hits[service][point]
    number = nth(place, hits)
    for attempt in (number, max(1, number // 2), 1):
        case = lab.case("kill -9 at a fail point", f"{service}.{point}, {place} ({attempt} of {hits})", strike(service, point, attempt))
        if case.recovery is not None or not case.good:
            return case
    case.problem = "the fail point was not struck"
    return case


def uncovered(lab, cases):
    """Fail points that no program passed in the whole run, or that were not struck: the run is not complete."""
    names = {point for points in lab.undisturbed.hits.values() for point in points} - ELSEWHERE
    return sorted(names - {point for _, point, _ in cases})


def run(lab, sample, seed, say):
    cases = plan(lab)
    missing = uncovered(lab, cases)
    if sample:
        cases = random.Random(seed).sample(cases, min(sample, len(cases)))
    for service, point, place in cases:
        yield say(run_one(lab, service, point, place))
    if missing:
        yield say(Case("kill -9 at a fail point", "every fail point is struck", problem=f"not covered: {', '.join(missing)}"))

"""A loader that is not there: the source is read to the window and no further, and disk and memory stay where they are."""
import pathlib
import subprocess
import time

from lab import Broken, Case, Lab, wait_until

WINDOW = 8
KEPT_STILL = 20  # seconds: longer than any period of any service


def published(lab):
    """Raw batches and other messages so far."""
    return int(lab.stack.sql("select coalesce(max(sequence), 0) from connector.extraction"))


def memory(lab):
    """Resident kilobytes of all services."""
    return sum(int(line.split()[1]) for s in ("connector", "mapper") for line in status(lab.pid(s)) if line.startswith("VmRSS"))


def status(pid):
    return pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()


def disk(lab):
    done = subprocess.run(["du", "-sk", str(lab.stack.folder / "kafka/data")], capture_output=True, text=True, timeout=60, check=False)
    return int(done.stdout.split()[0])


def still(lab):
    """The number of messages once it has not changed for three seconds."""
    last, since = published(lab), time.monotonic()

    def unchanged():
        nonlocal last, since
        now = published(lab)
        if now != last:
            last, since = now, time.monotonic()
        return last > 0 and time.monotonic() - since > 3

    wait_until(unchanged, 90, "extraction stops")
    return last


def run(say):
    case = Case("loader stopped", f"extraction stops at the window ({WINDOW} batches)")
    with Lab(sandbox_args="--company generated:us:medium:7", undisturbed=False, Q2O_WINDOW_BATCHES=str(WINDOW)) as lab:
        lab.fresh()
        case.programs = lab.programs()
        process = lab.stack.start_migration()
        try:
            wait_until(lambda: published(lab) > 2, 60, "extraction begins")
            lab.supervisor("stop", "services:loader")
            at = still(lab)
            kilobytes, on_disk = memory(lab), disk(lab)
            begun = time.monotonic()
            wait_until(lambda: published(lab) != at or time.monotonic() - begun > KEPT_STILL, KEPT_STILL + 5, "a while")
            if published(lab) != at:
                raise Broken(f"extraction went on from {at} to {published(lab)} without a loader")
            grown = memory(lab) - kilobytes
            if grown > 20_000 or disk(lab) - on_disk > 2_000:
                raise Broken(f"memory grew by {grown} kB, disk by {disk(lab) - on_disk} kB while nothing went on")
            released = int(lab.stack.sql("select coalesce(max(sequence), 0) from connector.loader_released"))
            lab.supervisor("start", "services:loader")
            over = time.monotonic()
            wait_until(lambda: published(lab) > at or process.poll() is not None, 30, "extraction goes on when the loader is there")
            case.recovery = time.monotonic() - over
            code, result = lab.stack.finish(process, 600)
            if (code, result["verdict"]) != (0, "MATCHED"):
                raise Broken(f"exit {code}, verdict {result['verdict']}")
            case.note = f"{at - released} messages ahead of what the loader had stored; the medium company, judged by its proof alone (MATCHED)"
        except AssertionError as problem:
            case.problem = str(problem)[:1000]
            process.kill()
            process.communicate()
    yield say(case)

"""Holds a process to a share of one core without rights of its own: it is stopped as soon as it has used more, and continued (SIGSTOP, SIGCONT).

cgroups would be smoother, but need root or a delegated group; this works wherever the process belongs to us."""
import os
import pathlib
import signal
import threading
import time

STEP_S = 0.01


def cpu_seconds(pid):
    """Of all threads, to the nanosecond."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total / 1e9


class Throttle:
    """`with Throttle(pids, 0.25):`"""

    def __init__(self, pids, share):
        self.pids, self.share = pids, share
        self.over = threading.Event()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.hold, args=(pid,), daemon=True) for pid in self.pids]
        for thread in self.threads:
            thread.start()
        return self

    def hold(self, pid):
        begun, used = time.monotonic(), cpu_seconds(pid)
        stopped = False
        while not self.over.wait(STEP_S):
            allowed = used + self.share * (time.monotonic() - begun)
            too_much = cpu_seconds(pid) > allowed
            if too_much != stopped:
                os.kill(pid, signal.SIGSTOP if too_much else signal.SIGCONT)
                stopped = too_much
            # What was not used is not saved up for later.
            if not too_much and allowed - cpu_seconds(pid) > 0.05:
                begun, used = time.monotonic(), cpu_seconds(pid)
        os.kill(pid, signal.SIGCONT)

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

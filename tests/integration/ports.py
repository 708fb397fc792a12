"""Free ports for tests that run beside others: each process has a block of its own (libs/common/testing/ports.cpp deals out the same)."""
import fcntl
import pathlib
import socket

FIRST, PER_BLOCK, BLOCKS = 20000, 60, 200
_held = []  # [first port of the block, how many were handed out]; the lock lives as long as the process


def _take_block():
    folder = pathlib.Path("/tmp/q2o-ports")
    folder.mkdir(exist_ok=True)
    for block in range(BLOCKS):
        file = open(folder / str(block), "a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        return [FIRST + block * PER_BLOCK, 0, file]
    raise RuntimeError(f"all blocks of test ports are taken: {folder}")


def _is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count):
    if not _held:
        _held.extend(_take_block())
    ports = []
    for _ in range(PER_BLOCK):
        port = _held[0] + _held[1] % PER_BLOCK
        _held[1] += 1
        if _is_free(port):
            ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError("no free ports")

"""Free ports for tests that run beside others: each process has a block of its own (libs/common/testing/ports.cpp deals out the same)."""
import fcntl
import pathlib
import socket

FIRST, PER_BLOCK, BLOCKS = 20000, 60, 200
_held = []  # [first port of the block, how many were handed out, file whose lock lives as long as the process]


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


def _of_block(block, count):
    """At most so many, as the block has them."""
    ports = []
    for _ in range(PER_BLOCK):
        if len(ports) == count:
            break
        port = block[0] + block[1] % PER_BLOCK
        block[1] += 1
        if _is_free(port):
            ports.append(port)
    return ports


def free_ports(count):
    """From the last block that was taken; from another one when what it has free is too little."""
    if _held and len(ports := _of_block(_held[-1], count)) == count:
        return ports
    _held.append(_take_block())
    ports = _of_block(_held[-1], count)
    if len(ports) < count:
        raise RuntimeError(f"{count} ports at once are too many: a block has {PER_BLOCK}, of which {len(ports)} are free")
    return ports

"""Runs a command many times, so many at once, and looks at the machine's memory meanwhile.

Reads {"calls": N, "atOnce": M, "argv": [...], "stdout": text} from standard input, with the environment
that sshd gives. Writes {"seconds": s, "wall": [s...], "wrong": N, "memory": KiB}: how long all took, how long each
took, how many ended otherwise than with status 0 and that output, and how much less memory was available at
the worst than at the start (proc_meminfo(5)).
"""
import json
import os
import sys
import threading
import time

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent",
               "USER": "ec2-instance-connect", "LOGNAME": "ec2-instance-connect"}
NULL = "/dev/null"


def available():
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def start(argv):
    """Starts a call; what it prints fits into the pipe and is read at its end."""
    reader, writer = os.pipe()
    files = [(os.POSIX_SPAWN_OPEN, 0, NULL, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, writer, 1),
             (os.POSIX_SPAWN_OPEN, 2, NULL, os.O_WRONLY, 0)]
    began = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, ENVIRONMENT, file_actions=files)
    os.close(writer)
    return pid, (reader, began)


def main():
    order = json.load(sys.stdin)
    expected = order["stdout"].encode()
    before, least, done = available(), available(), threading.Event()

    def watch():
        nonlocal least
        while not done.wait(0.01):
            least = min(least, available())

    watcher = threading.Thread(target=watch)
    watcher.start()
    wall, wrong, left, running = [], 0, order["calls"], {}
    began_all = time.perf_counter()
    while left or running:
        while left and len(running) < order["atOnce"]:
            pid, call = start(order["argv"])
            running[pid] = call
            left -= 1
        pid, status = os.wait()
        reader, began = running.pop(pid)
        wall.append(time.perf_counter() - began)
        printed = os.read(reader, 65536)
        os.close(reader)
        if status != 0 or printed != expected:
            wrong += 1
    seconds = time.perf_counter() - began_all
    done.set()
    watcher.join()
    json.dump({"seconds": seconds, "wall": wall, "wrong": wrong, "memory": before - least}, sys.stdout)


main()

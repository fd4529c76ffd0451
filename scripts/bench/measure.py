"""Runs commands in turn and measures each by what the kernel says of it (wait4(2), ptrace(2)).

Reads {"runs": N, "commands": {name: [argv...]}} from standard input, with the environment that sshd
gives. Writes {name: {"cpu": [s...], "wall": [s...], "rss": [KiB...], "anonymous": KiB}}.
Node cannot ask for a child's resource usage; Python's standard library can.
"""
import ctypes
import json
import os
import sys
import time

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent",
               "USER": "ec2-instance-connect", "LOGNAME": "ec2-instance-connect"}
NULL = "/dev/null"
FILES = [(os.POSIX_SPAWN_OPEN, 0, NULL, os.O_RDONLY, 0)] + [
    (os.POSIX_SPAWN_OPEN, fd, NULL, os.O_WRONLY, 0) for fd in (1, 2)]
PTRACE_TRACEME, PTRACE_CONT, PTRACE_SETOPTIONS, PTRACE_O_TRACEEXIT = 0, 7, 0x4200, 0x40
PTRACE_EVENT_EXIT = 6
WARM_UPS = 2

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def run(argv):
    """CPU seconds (with children), wall seconds and peak RSS in KiB of one run."""
    start = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, ENVIRONMENT, file_actions=FILES)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss


def anonymous_at_exit(argv):
    """Private anonymous memory in KiB at the moment when the process ends."""
    pid = os.fork()
    if pid == 0:
        null = os.open(NULL, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execve(argv[0], argv, ENVIRONMENT)
    os.waitpid(pid, 0)
    libc.ptrace(PTRACE_SETOPTIONS, pid, None, PTRACE_O_TRACEEXIT)
    libc.ptrace(PTRACE_CONT, pid, None, None)
    result = None
    while True:
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return result
        signal = os.WSTOPSIG(status)
        if status >> 16 == PTRACE_EVENT_EXIT:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                result = next(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:"))
            signal = 0
        libc.ptrace(PTRACE_CONT, pid, None, signal)


def main():
    order = json.load(sys.stdin)
    results = {name: {"cpu": [], "wall": [], "rss": []} for name in order["commands"]}
    for turn in range(-WARM_UPS, order["runs"]):
        for name, argv in order["commands"].items():
            cpu, wall, rss = run(argv)
            if turn >= 0:
                results[name]["cpu"].append(cpu)
                results[name]["wall"].append(wall)
                results[name]["rss"].append(rss)
    for name, argv in order["commands"].items():
        results[name]["anonymous"] = anonymous_at_exit(argv)
    json.dump(results, sys.stdout)


main()

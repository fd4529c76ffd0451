"""Runs commands in turn and measures each by what the kernel says of it (wait4(2), ptrace(2)).

Reads {"runs": N, "commands": {name: [argv...]}} from standard input, with the environment that sshd
gives. Writes {name: {"cpu": [s...], "wall": [s...], "peak": KiB, "anonymous": KiB}}.
Node cannot ask for a child's resource usage; Python's standard library can.
"""
import ctypes
import json
import os
import signal
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
    """CPU seconds (with children) and wall seconds of one run."""
    start = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, ENVIRONMENT, file_actions=FILES)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start


def field(path, name):
    """A value in KiB of a file with `name: value kB` lines."""
    with open(path) as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


def memory_at_exit(argv):
    """The largest resident set and the private anonymous memory, in KiB, when the process ends.

    ru_maxrss would not do: it counts what the process had been before it executed the command.
    """
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
        passed_on = os.WSTOPSIG(status)
        if status >> 16 == PTRACE_EVENT_EXIT:
            # The first is counted in batches, and may be less than what is there.
            rollup = f"/proc/{pid}/smaps_rollup"
            result = {"peak": max(field(f"/proc/{pid}/status", "VmHWM:"), field(rollup, "Rss:")),
                      "anonymous": field(rollup, "Anonymous:")}
        # The launcher executes the program: a traced process stops there with a signal of its own.
        if passed_on == signal.SIGTRAP:
            passed_on = 0
        libc.ptrace(PTRACE_CONT, pid, None, passed_on)


def main():
    order = json.load(sys.stdin)
    results = {name: {"cpu": [], "wall": []} for name in order["commands"]}
    for turn in range(-WARM_UPS, order["runs"]):
        for name, argv in order["commands"].items():
            cpu, wall = run(argv)
            if turn >= 0:
                results[name]["cpu"].append(cpu)
                results[name]["wall"].append(wall)
    for name, argv in order["commands"].items():
        results[name].update(memory_at_exit(argv))
    json.dump(results, sys.stdout)


main()

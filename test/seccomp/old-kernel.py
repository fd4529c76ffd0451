#!/usr/bin/python3
"""old-kernel.py FIRST NUMBERS command...: run a command as on a kernel without some system calls.

The comma-separated NUMBERS of x86-64 and all from FIRST on answer ENOSYS, by a seccomp filter that the
command and its children inherit (seccomp(2)); other architectures' calls end the process.
"""
import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, EQUAL, GREATER_EQUAL, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
AUDIT_ARCH_X86_64 = 0xC000003E


def instruction(code, k, jump_true=0, jump_false=0):
    return struct.pack("HBBI", code, jump_true, jump_false, k)


def program(first, numbers):
    lines = [
        instruction(LOAD, 4),
        instruction(EQUAL, AUDIT_ARCH_X86_64, 1, 0),
        instruction(RETURN, KILL),
        instruction(LOAD, 0),
        instruction(GREATER_EQUAL, first, len(numbers) + 1, 0),
    ]
    for index, number in enumerate(numbers):
        lines.append(instruction(EQUAL, number, len(numbers) - index, 0))
    return lines + [instruction(RETURN, ALLOW), instruction(RETURN, ERRNO | errno.ENOSYS)]


def main():
    lines = program(int(sys.argv[1]), [int(number) for number in sys.argv[2].split(",")])
    code = ctypes.create_string_buffer(b"".join(lines))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header):
        sys.exit(f"old-kernel: {os.strerror(ctypes.get_errno())}")
    os.execvp(sys.argv[3], sys.argv[3:])


main()

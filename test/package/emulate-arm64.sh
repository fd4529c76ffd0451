#!/bin/sh
# emulate-arm64.sh command...: runs a command on a kernel that executes arm64 programs by qemu, without
# changing this machine: binfmt_misc belongs to a user namespace, here a new one in which everybody is who
# they were. The emulator is opened now (F), so that it works after chroot(2), and told the name that a
# program is called by (P).
set -eu
if [ "${EMULATE_ARM64_INSIDE:-}" = "" ]; then
  export EMULATE_ARM64_INSIDE=1
  exec /usr/bin/python3 -c '
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
ready, mapped = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if libc.unshare(0x10000000 | 0x00020000):
        os._exit(90)
    os.write(ready[1], b"x")
    os.read(mapped[0], 1)
    libc.mount(b"none", b"/", None, 0x44000, None)
    os.execvp(sys.argv[1], sys.argv[1:])
os.read(ready[0], 1)
for name in ("uid_map", "gid_map"):
    with open(f"/proc/{child}/{name}", "w") as map_file:
        map_file.write("0 0 4294967295\n")
os.write(mapped[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
' "$0" "$@"
fi
unset EMULATE_ARM64_INSIDE
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf '%s' ":qemu-aarch64:M::$magic:$mask:/usr/bin/qemu-aarch64-static:PF" >/proc/sys/fs/binfmt_misc/register
exec "$@"

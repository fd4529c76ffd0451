/**
 * Which kernel brought which system call of x86-64 (the tables in man-pages' syscalls(2) and the kernel's
 * syscall_64.tbl), for those that are newer than 4.3. A kernel answers ENOSYS for what it does not have.
 */
export const SYSCALLS: readonly (readonly [number: number, name: string, since: string])[] = [
  [325, 'mlock2', '4.4'],
  [326, 'copy_file_range', '4.5'],
  [327, 'preadv2', '4.6'],
  [328, 'pwritev2', '4.6'],
  [329, 'pkey_mprotect', '4.9'],
  [330, 'pkey_alloc', '4.9'],
  [331, 'pkey_free', '4.9'],
  [332, 'statx', '4.11'],
  [333, 'io_pgetevents', '4.18'],
  [334, 'rseq', '4.18'],
  [335, 'uretprobe', '6.11'],
  [424, 'pidfd_send_signal', '5.1'],
  [425, 'io_uring_setup', '5.1'],
  [426, 'io_uring_enter', '5.1'],
  [427, 'io_uring_register', '5.1'],
  [428, 'open_tree', '5.2'],
  [429, 'move_mount', '5.2'],
  [430, 'fsopen', '5.2'],
  [431, 'fsconfig', '5.2'],
  [432, 'fsmount', '5.2'],
  [433, 'fspick', '5.2'],
  [434, 'pidfd_open', '5.3'],
  [435, 'clone3', '5.3'],
  [436, 'close_range', '5.9'],
  [437, 'openat2', '5.6'],
  [438, 'pidfd_getfd', '5.6'],
  [439, 'faccessat2', '5.8'],
  [440, 'process_madvise', '5.10'],
  [441, 'epoll_pwait2', '5.11'],
];

/** Every call from this number on is newer than those of the table. */
export const FIRST_UNLISTED = 442;

function isNewer(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major > thanMajor || (major === thanMajor && minor > thanMinor);
}

/**
 * The numbers of the system calls that a kernel does not have.
 * @param kernel its version, `4.4` for instance
 */
export function missingIn(kernel: string): number[] {
  return SYSCALLS.filter(([, , since]) => isNewer(since, kernel)).map(([number]) => number);
}

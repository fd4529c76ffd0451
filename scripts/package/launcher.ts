/** The launcher of one architecture: packaging/launcher, compiled. */
import { run } from './process.ts';
import type { Target } from './target.ts';

/** Whatever the compiler has doubts about is an error; also where the tests compile parts of it. */
export const WARNINGS: readonly string[] = [
  ...[
    'all',
    'extra',
    'pedantic',
    'error',
    'conversion',
    'sign-conversion',
    'shadow',
    'undef',
    'vla',
  ],
  ...['strict-prototypes', 'missing-prototypes', 'cast-qual', 'null-dereference', 'write-strings'],
].map((name) => `-W${name}`);

/** Static, without a C library, and without what only debuggers read. */
const FLAGS: readonly string[] = [
  ...['-Os', '-std=c11', '-ffreestanding', '-fno-stack-protector', '-fno-pic', '-nostdlib'],
  ...['-fno-asynchronous-unwind-tables', '-fno-tree-loop-distribute-patterns'],
  ...['-static', '-no-pie', '-s'],
  '-Wl,--build-id=none,-z,noexecstack,-z,norelro,-z,noseparate-code',
];

/** Compiles the launcher, which is static and needs no C library (packaging/launcher/launch.c). */
export function makeLauncher(target: Target, destination: string): void {
  // Pages of 64 KiB exist on arm64 only, and would blow the file up elsewhere.
  const page = target.node === 'arm64' ? ['-Wl,-z,max-page-size=65536'] : [];
  const source = 'packaging/launcher/launch.c';
  const args = [...WARNINGS, ...FLAGS, ...page, '-o', destination, source];
  run(`${target.triplet}-gcc`, args);
}

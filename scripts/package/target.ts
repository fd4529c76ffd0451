/** The two processor architectures and what each tool calls them. */
export interface Target {
  /** Node's name. */
  readonly node: 'x64' | 'arm64';
  /** Debian's name. */
  readonly deb: 'amd64' | 'arm64';
  readonly rpm: 'x86_64' | 'aarch64';
  /** Debian's multiarch folder, and prefix of the cross tools. */
  readonly triplet: 'x86_64-linux-gnu' | 'aarch64-linux-gnu';
  readonly loader: string;
  /** What runs its programs on an x86-64 machine, before the program's path. */
  readonly emulator: string | undefined;
}

/** The architectures that packages are made for, on an x86-64 machine. */
export const TARGETS: readonly Target[] = [
  {
    node: 'x64',
    deb: 'amd64',
    rpm: 'x86_64',
    triplet: 'x86_64-linux-gnu',
    loader: 'ld-linux-x86-64.so.2',
    emulator: undefined,
  },
  {
    node: 'arm64',
    deb: 'arm64',
    rpm: 'aarch64',
    triplet: 'aarch64-linux-gnu',
    loader: 'ld-linux-aarch64.so.1',
    emulator: 'qemu-aarch64-static',
  },
];

/** The architecture of that name. */
export function target(node: Target['node']): Target {
  const found = TARGETS.find((each) => each.node === node);
  if (!found) throw new Error(`expected an architecture ${node}, found none`);
  return found;
}

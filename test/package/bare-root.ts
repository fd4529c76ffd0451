/**
 * A root that holds nothing but an installed tree, a static busybox and the kernel's file systems, inside
 * of a rig: no C library, no loader, no user database of the host.
 */
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rig } from '../rig/rig.ts';
import { run, runOrThrow, type Command, type CommandResult } from '../rig/run.ts';

const BUSYBOX = '/bin/busybox';
const CA_STORE = '/etc/ssl/certs/ca-certificates.crt';
const PROGRAM = '/usr/lib/ec2-instance-connect/ec2-instance-connect';
const HELPER = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';

/** What is called in front of chroot(1), and what the caller's environment is. */
export interface CallOptions {
  readonly before?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The command inside; sshd's helper when left out. */
  readonly command?: string;
}

/** See the head of this file. */
export class BareRoot {
  readonly #rig: Rig;
  /** Where it is inside of the rig. */
  readonly path: string;
  /** Where it is on this side. */
  readonly outside: string;

  private constructor(rig: Rig, path: string) {
    this.#rig = rig;
    this.path = path;
    this.outside = rig.namespace.path(path);
  }

  /** Makes the root of an unpacked package; its folders of the kernel are the rig's. */
  static async make(rig: Rig, tree: string, name = 'bare'): Promise<BareRoot> {
    const root = new BareRoot(rig, `/run/rig/${name}`);
    cpSync(tree, root.outside, { recursive: true, verbatimSymlinks: true });
    for (const folder of ['bin', 'proc', 'sys', 'dev', 'run', 'etc/ssl/certs', 'tmp']) {
      mkdirSync(join(root.outside, folder), { recursive: true });
    }
    copyFileSync(BUSYBOX, join(root.outside, 'bin/busybox'));
    copyFileSync(rig.namespace.path(CA_STORE), join(root.outside, CA_STORE));
    for (const folder of ['/proc', '/sys', '/dev', '/run/systemd']) {
      mkdirSync(join(root.outside, folder), { recursive: true });
      const mount = ['mount', '--rbind', folder, join(root.path, folder)] as const;
      await runOrThrow(rig.namespace.command([...mount]));
    }
    return root;
  }

  /** Writes a file of the root. */
  write(path: string, content: string | Buffer): void {
    mkdirSync(join(this.outside, path, '..'), { recursive: true });
    writeFileSync(join(this.outside, path), content);
  }

  /** Takes a file of the root away. */
  remove(path: string): void {
    rmSync(join(this.outside, path), { force: true });
  }

  /** Does something while the launcher stands alone, without the program behind it. */
  async withoutProgram(work: () => Promise<void>): Promise<void> {
    const path = join(this.outside, PROGRAM);
    renameSync(path, `${path}.away`);
    try {
      await work();
    } finally {
      renameSync(`${path}.away`, path);
    }
  }

  /** Calls the program inside as nobody, with the environment that is given and no other. */
  call(args: readonly string[], options: CallOptions = {}): Promise<CommandResult> {
    const { before = [], environment = {}, command = HELPER } = options;
    const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    // The variables are busybox's to set, inside: a preload must meet our program, not chroot(1).
    const inside = ['/bin/busybox', 'env', '-i', ...set, command, ...args];
    const outer: Command = ['env', '-i', 'PATH=/usr/sbin:/usr/bin', ...before, 'chroot'];
    const whole: Command = [...outer, '--userspec=65534:65534', this.path, ...inside];
    return run(this.#rig.namespace.command(whole));
  }
}

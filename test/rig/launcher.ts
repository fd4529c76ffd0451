import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLauncher } from '../../scripts/package/launcher.ts';
import { target } from '../../scripts/package/target.ts';
import type { Rig } from './rig.ts';
import { runOrThrow } from './run.ts';

/** Where the launcher stands inside, under the name by which sshd calls it. */
export const LAUNCHER_PATH = '/run/rig/launcher/eic_run_authorized_keys';

/** Where the packages install the program, and the launcher looks for it. */
const INSTALLED = '/usr/lib/ec2-instance-connect';
const PROGRAM = `${INSTALLED}/ec2-instance-connect`;

/** The rig's program under a launcher, as the packages install them. */
export class Launcher {
  readonly #rig: Rig;

  private constructor(rig: Rig) {
    this.#rig = rig;
  }

  /** Compiles the launcher and puts both in place; /usr/lib is a layer of the rig's own from then on. */
  static async install(rig: Rig): Promise<Launcher> {
    const launcher = new Launcher(rig);
    const [upper, work] = ['/run/rig/lib/upper', '/run/rig/lib/work'];
    for (const folder of [upper, work, '/run/rig/launcher']) {
      mkdirSync(rig.namespace.path(folder), { recursive: true });
    }
    const layers = `lowerdir=/usr/lib,upperdir=${upper},workdir=${work}`;
    const mount = ['mount', '-t', 'overlay', 'overlay', '-o', layers, '/usr/lib'] as const;
    await runOrThrow(rig.namespace.command([...mount]));
    mkdirSync(rig.namespace.path(INSTALLED), { recursive: true });
    compileTo(rig.namespace.path(LAUNCHER_PATH));
    launcher.useProgram();
    return launcher;
  }

  /** Puts the rig's program behind the launcher, as it is at first. */
  useProgram(): void {
    rmSync(this.#rig.namespace.path(PROGRAM), { force: true });
    symlinkSync('/opt/aws/bin/ec2-instance-connect', this.#rig.namespace.path(PROGRAM));
  }

  /** Puts a shell script in the program's place. */
  useScript(script: string): void {
    const path = this.#rig.namespace.path(PROGRAM);
    rmSync(path, { force: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
}

function compileTo(path: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'launcher-'));
  try {
    makeLauncher(target('x64'), join(folder, 'launch'));
    copyFileSync(join(folder, 'launch'), path);
    chmodSync(path, 0o755);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

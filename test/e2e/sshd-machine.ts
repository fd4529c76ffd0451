import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { EMULATED, MachineEmulator } from '../rig/machine-emulator.ts';
import { command, Machine, type CommandResult, type RootName } from '../roots/machine.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const PROGRAM = '/usr/lib/ec2-instance-connect/ec2-instance-connect';

/** The folder of the chain, inside. */
export const CHAIN = '/etc/ec2-instance-connect/authorized-keys-command.d';

/**
 * Makes the installed state by hand, so that these tests do not depend on packages: the program under
 * its names, its system user, a login user `alice`, and the library that Node needs.
 */
const INSTALL = `
  cp /opt/test-lib/libatomic.so.1 /usr/lib/ && ldconfig
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ec2-instance-connect
  useradd --create-home --shell /bin/bash --password '*' alice
  mkdir -p /usr/share/ec2-instance-connect /opt/helpers
  ln -s ${PROGRAM} /usr/bin/ec2-instance-connect
  ln -s ${PROGRAM} /usr/share/ec2-instance-connect/eic_run_authorized_keys`;

/** The keys of a test: each is accepted by another part of the host. */
export type KeyName = 'file' | 'chain' | 'other';

/** A booted Debian with the program installed, not wired, and clients' keys. */
export class SshdMachine {
  readonly machine: Machine;
  readonly #keys: string;
  #emulator: MachineEmulator | undefined;

  private constructor(machine: Machine, keys: string) {
    this.machine = machine;
    this.#keys = keys;
  }

  /**
   * Boots one. alice's authorized_keys has the key `file`; a helper in the chain prints the key
   * `chain`, so a login with it proves that sshd asks this program; /opt/helpers/other prints the
   * key `other` for whom it is called, as a stand-in for another vendor's command.
   *
   * @param options `emulated`: an instance whose metadata service answers; see `push`
   */
  static async boot(
    root: RootName,
    { emulated = false, ...options }: { instanceId?: string; emulated?: boolean } = {},
  ): Promise<SshdMachine> {
    const node = `${REPOSITORY}/node_modules/node-linux-${process.arch}/bin/node`;
    const machine = await Machine.boot({
      root,
      ...options,
      ...(emulated ? EMULATED : {}),
      nspawn: [
        `--bind-ro=${REPOSITORY}/dist/ec2-instance-connect:${PROGRAM}`,
        `--bind-ro=${node}:/opt/node`,
        `--bind-ro=${REPOSITORY}:/opt/repository`,
      ],
    });
    const keys = mkdtempSync(join(tmpdir(), 'sshd-e2e-'));
    const self = new SshdMachine(machine, keys);
    try {
      await self.#prepare(root);
      if (emulated) self.#emulator = await MachineEmulator.start(machine);
      return self;
    } catch (error) {
      await self.stop();
      throw error;
    }
  }

  /** Runs the program inside, as root. */
  program(...args: string[]): Promise<CommandResult> {
    return this.machine.run([PROGRAM, ...args]);
  }

  /** Runs the program inside and demands an exit code; returns its stdout and stderr. */
  async must(exitCode: number, ...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.program(...args);
    if (status !== exitCode) throw new Error(`${args.join(' ')}: ${status}\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  /** Runs a shell script inside that has to succeed; see Machine. */
  sh(script: string): Promise<string> {
    return this.machine.sh(script);
  }

  /** Whether alice gets in with a key. */
  async login(key: KeyName): Promise<boolean> {
    const argv = [...this.#ssh(key), 'id', '-un'];
    return (await this.machine.outside(argv)).stdout === 'alice\n';
  }

  /** Which of the keys let alice in, in the order file, chain, other. */
  async accepted(): Promise<KeyName[]> {
    const names: KeyName[] = ['file', 'chain', 'other'];
    const results = await Promise.all(names.map((name) => this.login(name)));
    return names.filter((_, index) => results[index]);
  }

  /** Pushes a key for alice; only for a machine that is emulated. */
  async push(key: KeyName): Promise<void> {
    const publicKey = readFileSync(join(this.#keys, `${key}.pub`), 'utf8').trim();
    await this.#emulator?.push('alice', publicKey);
  }

  /** Opens a session with the key `file`; `alive` asks it for an answer. */
  async openSession(): Promise<{ alive: () => Promise<boolean>; close: () => void }> {
    const [file = '', ...args] = this.#ssh('file');
    const netns = ['netns', 'exec', this.machine.netns, file, ...args, 'cat'];
    const child = spawn('ip', netns, { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const alive = async (): Promise<boolean> => {
      child.stdin.write('hello\n');
      return (await lines.next()).value === 'hello';
    };
    if (!(await alive())) throw new Error('no session');
    return { alive, close: () => child.kill() };
  }

  /** A digest of everything below /etc but what systemd and logins change by themselves. */
  etc(): Promise<string> {
    return this.sh(`cd /etc && find ssh systemd ec2-instance-connect default \
      ! -name 'random-seed' -printf '%p %y %m %U %l\\n' | sort && \
      find ssh systemd ec2-instance-connect default -type f -exec sha256sum {} + | sort -k 2`);
  }

  /** Stops the machine. */
  async stop(): Promise<void> {
    rmSync(this.#keys, { recursive: true, force: true });
    await this.#emulator?.stop();
    await this.machine.stop();
  }

  #ssh(key: KeyName): string[] {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    options.push('IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes', 'ConnectTimeout=20');
    // A reload makes sshd close its socket and open it again.
    options.push('ConnectionAttempts=5');
    const given = options.flatMap((option) => ['-o', option]);
    return ['ssh', '-F', 'none', ...given, '-i', join(this.#keys, key), 'alice@127.0.0.1'];
  }

  async #prepare(root: RootName): Promise<void> {
    await this.sh(INSTALL);
    const texts: string[] = [];
    for (const name of ['file', 'chain', 'other']) {
      const path = join(this.#keys, name);
      await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
      texts.push(readFileSync(`${path}.pub`, 'utf8').trim());
    }
    const [file = '', chain = '', other = ''] = texts;
    const forAlice = (key: string): string => `#!/bin/sh\n[ "$1" != alice ] || echo '${key}'\n`;
    await this.write('/home/alice/.ssh/authorized_keys', `${file}\n`, '644');
    await this.write(`${CHAIN}/10-probe`, forAlice(chain), '755');
    await this.write('/opt/helpers/other', forAlice(other), '755');
    if (root === 'trixie') {
      // Failed logins are what some tests are about.
      await this.write('/etc/ssh/sshd_config.d/10-test.conf', 'PerSourcePenalties no\n', '644');
      await this.sh('systemctl reload ssh.service');
    }
  }

  /** Writes a file inside, with the folders above it. */
  async write(path: string, text: string, mode: string): Promise<void> {
    const script = `mkdir -p "$(dirname ${path})" && cat >${path} && chmod ${mode} ${path}`;
    const result = await this.machine.run(['/bin/sh', '-c', script], text);
    if (result.status !== 0) throw new Error(result.stderr);
  }
}

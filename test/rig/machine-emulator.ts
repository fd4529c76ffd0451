import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Machine, MachineOptions } from '../roots/machine.ts';
import { DEFAULT_ACCOUNT, emulatorConfig } from './account.ts';
import { sendSshPublicKey } from './aws-client.ts';

const IMDS = '169.254.169.254';
const EMULATOR = new URL('../emulator/main.ts', import.meta.url).pathname;

/** What a machine is booted with to be the instance of an emulator. */
export const EMULATED: Required<Pick<MachineOptions, 'instanceId' | 'network'>> = {
  instanceId: DEFAULT_ACCOUNT.instanceId,
  network: [['ip', 'address', 'add', `${IMDS}/32`, 'dev', 'lo']],
};

/** The metadata service of a booted machine, in its network, and the API that pushes keys to it. */
export class MachineEmulator {
  readonly #process: ChildProcess;
  readonly #work: string;

  private constructor(process: ChildProcess, work: string) {
    this.#process = process;
    this.#work = work;
  }

  /** Starts one for a machine that was booted with EMULATED, whose CA store trusts it from then on. */
  static async start(machine: Machine): Promise<MachineEmulator> {
    const work = mkdtempSync(join(tmpdir(), 'machine-emulator-'));
    const [config, root, api] = ['config.json', 'root.pem', 'api'].map((name) => join(work, name));
    writeFileSync(config ?? '', JSON.stringify(emulatorConfig(DEFAULT_ACCOUNT)));
    const options = ['--config', config, '--root', root, '--api', api].map((word) => word ?? '');
    const argv = ['netns', 'exec', machine.netns, process.execPath, EMULATOR, ...options];
    const child = spawn('ip', [...argv, '--imds', `${IMDS}:80`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const emulator = new MachineEmulator(child, work);
    const [first] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit'),
    ])) as [unknown];
    if (typeof first !== 'string' || !first.startsWith('ready ')) {
      await emulator.stop();
      throw new Error(`expected an emulator that is ready, got ${String(first)}`);
    }
    const store = machine.path('/etc/ssl/certs/ca-certificates.crt');
    appendFileSync(store, readFileSync(root ?? ''));
    return emulator;
  }

  /** Pushes a public key for a login user of the machine; it lives for a minute. */
  async push(osUser: string, publicKey: string): Promise<void> {
    const { region, credentials, instanceId } = DEFAULT_ACCOUNT;
    const service = { socket: join(this.#work, 'api'), region, credentials };
    await sendSshPublicKey({ instanceId, osUser, publicKey }, service);
  }

  /** Ends it. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#work, { recursive: true, force: true });
  }
}

/**
 * The rig: a machine of one's own in which the shipped program runs unchanged. For root on Linux.
 *
 *   const rig = await Rig.start({ program: 'dist/ec2-instance-connect' });
 *   const key = await rig.makeKey();                      // or 'rsa', 'ecdsa'
 *   await rig.pushKey('alice', key);                      // the AWS SDK, through IAM
 *   const login = await rig.login('alice', key);          // { ok, status, stdout, stderr }
 *   const direct = await rig.runHelper(['alice']);        // the program as sshd runs it
 *   const lines = await rig.audit();                      // what it logged to the journal
 *   await rig.emulator.setMaterial({ staples: 'revoked' });
 *   await rig.emulator.setFaults([{ service: 'imds', path: '*', action: { kind: 'hang' } }]);
 *   rig.cloudTrail();                                     // records, oldest first
 *   await rig.stop();
 *
 * In its namespaces (namespace.ts) the emulator owns 169.254.169.254 and fd00:ec2::254, the firmware names
 * the instance, the CA store holds the machine's roots and the emulator's, and sshd listens on the
 * instance's address with the program as its AuthorizedKeysCommand. Nothing of it can be seen outside, and
 * it ends with this process at the latest. Rigs do not disturb each other.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ControlClient } from '../emulator/control-client.ts';
import {
  DEFAULT_ACCOUNT,
  emulatorConfig,
  INSTANCE_ADDRESS,
  INSTANCE_NAME,
  PUBLIC_ADDRESS,
  type AccountOptions,
} from './account.ts';
import { addAccounts, HELPER_USER } from './accounts.ts';
import { sendSshPublicKey, type Credentials } from './aws-client.ts';
import { Namespace, type Service } from './namespace.ts';
import { run, runOrThrow, type Command, type CommandResult, type RunOptions } from './run.ts';
import { makeSshKey, type SshKey, type SshKeyKind } from './ssh-key.ts';
import { HELPER_PATH, startSshd, type SshdOptions } from './sshd.ts';
import { TestJournal, type JournalEntry } from './test-journal.ts';

/** What a rig is made of. */
export interface RigOptions {
  /** The compiled program on this machine. */
  readonly program: string;
  /** Login users; alice and bob when left out. */
  readonly users?: readonly string[];
  readonly account?: Partial<AccountOptions>;
  /** New keys for the emulator's CA instead of the cached test keys (a second slower). */
  readonly freshKeys?: boolean;
  readonly sshd?: Pick<SshdOptions, 'commandArguments' | 'config'>;
}

/** How a login ended. */
export interface LoginResult extends CommandResult {
  /** Whether ssh logged in and the remote command succeeded. */
  readonly ok: boolean;
}

/** How a login is made. */
export interface LoginOptions {
  /** The remote command; `id -un` when left out. */
  readonly command?: string;
  /** More options for ssh, for instance `-o`, `PubkeyAcceptedAlgorithms=…`. */
  readonly options?: readonly string[];
}

const CA_STORE = '/etc/ssl/certs/ca-certificates.crt';
const ROOT_PEM = '/run/rig/root.pem';
const TRAIL = '/run/rig/cloudtrail.jsonl';
const API_SOCKET = '/run/rig/api';
const CONTROL_SOCKET = '/run/rig/control';
const IMDS_ADDRESSES = { ipv4: '169.254.169.254', ipv6: 'fd00:ec2::254' } as const;

const ADDRESSES = [INSTANCE_ADDRESS, PUBLIC_ADDRESS];

const HAS_IPV6 = existsSync('/proc/net/if_inet6');

/** The endpoint of the emulated API for clients inside. */
export const API_ADDRESS = '127.0.0.1:8500';

/** A running rig; see the head of this file. */
export class Rig {
  readonly namespace: Namespace;
  readonly account: AccountOptions;
  readonly journal: TestJournal;
  /** Faults, material, clock, keys and counters of the emulator. */
  readonly emulator: ControlClient;
  readonly #options: RigOptions;
  #emulatorService: Service | undefined;
  #sshdService: Service | undefined;
  #keys = 0;

  private constructor(options: RigOptions, namespace: Namespace, journal: TestJournal) {
    this.#options = options;
    this.account = { ...DEFAULT_ACCOUNT, ...options.account };
    this.namespace = namespace;
    this.journal = journal;
    this.emulator = new ControlClient(namespace.path(CONTROL_SOCKET));
  }

  /** Starts every piece; when one fails, ends the others and rejects with its words. */
  static async start(options: RigOptions): Promise<Rig> {
    const program = resolve(options.program);
    const namespace = await Namespace.open({ program, addresses: ADDRESSES });
    const rig = new Rig(options, namespace, new TestJournal());
    try {
      await rig.journal.listen(namespace.path('/run/systemd/journal/stdout'));
      await rig.#furnish();
      return rig;
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  /** Ends everything. Does nothing the second time. */
  async stop(): Promise<void> {
    await this.journal.close();
    await this.namespace.close();
  }

  async #furnish(): Promise<void> {
    addAccounts(this.namespace, this.#options.users ?? ['alice', 'bob']);
    appendFileSync(this.namespace.path('/etc/hosts'), `\n${INSTANCE_ADDRESS} ${INSTANCE_NAME}\n`);
    this.setFirmware({ assetTag: this.account.instanceId });
    await makeSshKey(this.namespace, 'host');
    await this.startEmulator();
    await this.startSshd(this.#options.sshd);
  }

  /** Starts the emulator, its clock so many seconds ahead of the machine's, and has the CA store trust its root. */
  async startEmulator(ahead = 0): Promise<void> {
    const config = '/run/rig/emulator.json';
    writeFileSync(this.namespace.path(config), JSON.stringify(emulatorConfig(this.account)));
    const imds = [`${IMDS_ADDRESSES.ipv4}:80`];
    if (HAS_IPV6) imds.push(`[${IMDS_ADDRESSES.ipv6}]:80`);
    const flags = [
      ...['--config', config, '--control', CONTROL_SOCKET, '--trail', TRAIL, '--root', ROOT_PEM],
      ...imds.flatMap((address) => ['--imds', address]),
      ...[API_ADDRESS, API_SOCKET].flatMap((address) => ['--api', address]),
      `--ahead=${ahead}`,
      ...(this.#options.freshKeys === true ? ['--fresh-keys'] : []),
    ];
    const main = join(import.meta.dirname, '../emulator/main.ts');
    this.#emulatorService = await this.namespace.startService(
      [process.execPath, main, ...flags],
      /^ready /,
    );
    this.setTrust(true);
  }

  /** Ends the emulator: its addresses then refuse connections, and pushed keys are forgotten. */
  async stopEmulator(): Promise<void> {
    await this.#emulatorService?.stop();
  }

  /** Starts sshd, or starts it anew with other options. */
  async startSshd(options: RigOptions['sshd'] = {}): Promise<void> {
    await this.#sshdService?.stop();
    const listen = { addresses: ADDRESSES, port: 22 };
    this.#sshdService = await startSshd(this.namespace, { ...listen, ...options });
  }

  /** The process id, inside, of the sshd that listens. */
  get sshdPid(): number {
    if (this.#sshdService === undefined) throw new Error('expected sshd to run');
    return this.#sshdService.pid;
  }

  /** What sshd wrote to its log since it was started. */
  get sshdLog(): readonly string[] {
    return this.#sshdService?.lines ?? [];
  }

  /** Puts the emulator's root into the CA store, or leaves the machine's own roots alone there. */
  setTrust(trusted: boolean): void {
    const machine = existsSync(CA_STORE) ? readFileSync(CA_STORE, 'utf8') : '';
    const root = trusted ? readFileSync(this.namespace.path(ROOT_PEM), 'utf8') : '';
    writeFileSync(this.namespace.path(CA_STORE), `${machine.trimEnd()}\n${root}`);
  }

  /** Sets what the firmware says: a Nitro asset tag, a Xen UUID, both or, left out, nothing. */
  setFirmware(firmware: { readonly assetTag?: string; readonly hypervisorUuid?: string }): void {
    const files = [
      ['/sys/devices/virtual/dmi/id/board_asset_tag', firmware.assetTag],
      ['/sys/hypervisor/uuid', firmware.hypervisorUuid],
    ] as const;
    for (const [path, value] of files) {
      const file = this.namespace.path(path);
      if (value === undefined) rmSync(file, { force: true });
      else writeFileSync(file, `${value}\n`);
    }
  }

  /** Takes an address of the metadata service away (connecting fails at once), or gives it back. */
  async setImdsAddress(family: keyof typeof IMDS_ADDRESSES, present: boolean): Promise<void> {
    const address = `${IMDS_ADDRESSES[family]}/${family === 'ipv4' ? 32 : 128}`;
    const verb = present ? 'replace' : 'delete';
    await runOrThrow(this.namespace.command(['ip', 'address', verb, address, 'dev', 'lo']));
  }

  /** Makes a new key pair. */
  makeKey(kind: SshKeyKind = 'ed25519'): Promise<SshKey> {
    this.#keys += 1;
    return makeSshKey(this.namespace, `${kind}-${this.#keys}`, kind);
  }

  /**
   * Pushes a public key with the AWS SDK, for the rig's instance unless told otherwise, and returns the
   * request id; rejects with the API's error.
   */
  async pushKey(
    osUser: string,
    { publicKey }: Pick<SshKey, 'publicKey'>,
    options: { readonly instanceId?: string; readonly credentials?: Credentials } = {},
  ): Promise<string> {
    const { instanceId, credentials, region } = { ...this.account, ...options };
    const socket = this.namespace.path(API_SOCKET);
    const push = { instanceId, osUser, publicKey };
    return (await sendSshPublicKey(push, { socket, region, credentials })).RequestId ?? '';
  }

  /** Logs in with ssh, offering these keys in this order and nothing else. */
  async login(
    user: string,
    keys: SshKey | readonly SshKey[],
    options: LoginOptions = {},
  ): Promise<LoginResult> {
    const command = this.loginCommand(user, keys, options);
    const result = await run(this.namespace.command(command));
    return { ...result, ok: result.status === 0 };
  }

  /** The ssh command line that `login` runs inside. */
  loginCommand(
    user: string,
    keys: SshKey | readonly SshKey[],
    { command = 'id -un', options = [] }: LoginOptions = {},
  ): Command {
    const settings = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'BatchMode=yes',
      'LogLevel=ERROR',
    ];
    return [
      'ssh',
      ...['-F', 'none', ...settings.flatMap((setting) => ['-o', setting])],
      ...[keys].flat().flatMap(({ path }) => ['-i', path]),
      ...options,
      ...['-l', user, INSTANCE_NAME, command],
    ];
  }

  /** Runs the program as sshd does: its environment, its user, / as folder, /dev/null as input. */
  runHelper(
    args: readonly string[],
    { asUser, path, ...options }: RunOptions & { asUser?: string; path?: string } = {},
  ): Promise<CommandResult> {
    return run(this.namespace.command(this.helperCommand(args, asUser, path)), options);
  }

  /** The command line that `runHelper` runs inside; the process keeps its id through all of it. */
  helperCommand(
    args: readonly string[],
    asUser: string = HELPER_USER,
    path: string = HELPER_PATH,
  ): Command {
    const environment = {
      USER: asUser,
      LOGNAME: asUser,
      HOME: asUser === 'root' ? '/root' : '/nonexistent',
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/games',
      LANG: 'C.UTF-8',
    };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const identity = [`--reuid=${asUser}`, `--regid=${asUser}`, '--clear-groups'];
    return ['setpriv', ...identity, 'env', '-i', ...variables, path, ...args];
  }

  /** What processes that have ended by now logged under an identifier; the program's when left out. */
  async audit(identifier = 'ec2-instance-connect'): Promise<readonly JournalEntry[]> {
    const entries = await this.journal.entries();
    return entries.filter((entry) => entry.identifier === identifier);
  }

  /** The CloudTrail records of every call to the API, oldest first. */
  cloudTrail(): readonly Readonly<Record<string, unknown>>[] {
    const path = this.namespace.path(TRAIL);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Back to a rig as it was started: no keys, faults or log entries, everything as the real service has it. */
  async reset(): Promise<void> {
    await this.emulator.reset();
    this.setTrust(true);
    this.setFirmware({ assetTag: this.account.instanceId });
    await this.setImdsAddress('ipv4', true);
    if (HAS_IPV6) await this.setImdsAddress('ipv6', true);
    await this.journal.entries();
    this.journal.clear();
    rmSync(this.namespace.path(TRAIL), { force: true });
  }
}

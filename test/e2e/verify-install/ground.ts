/**
 * A Debian of one's own with the program installed from its package: a throw-away layer over a test
 * root, in the namespaces of a rig, whose emulator owns the metadata addresses. sshd runs in it, and
 * every command runs without the capabilities that reach beyond it (the machine's clock above all).
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../../src/verify-install/report.ts';
import { packagePath } from '../../package/packages.ts';
import { makeRepository } from '../../package/repository.ts';
import { Rig } from '../../rig/rig.ts';
import { run, runOrThrow, type Command, type CommandResult } from '../../rig/run.ts';
import { testRoot, type RootName } from '../../roots/machine.ts';
import type { Service } from '../../rig/namespace.ts';

/** The compiled program. */
export const PROGRAM = 'dist/ec2-instance-connect';

const FOLDER = '/run/rig/ground';
const FORBIDDEN = ['sys_time', 'sys_boot', 'sys_module', 'sys_rawio', 'wake_alarm', 'syslog'];
const ENVIRONMENT = [
  'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LANG=C.UTF-8',
  'DEBIAN_FRONTEND=noninteractive',
];

/** Programs that act outside of this machine, or on its clock: here they only say that they ran. */
const OUTSIDE = ['/usr/local/bin/aws', '/usr/bin/chronyc'];

/** Mounts a layer: $1 its folder, $2 what lies below. */
const MOUNT = `
  mkdir -p $1/upper $1/work $1/root
  mount -t overlay overlay -o lowerdir=$2,upperdir=$1/upper,workdir=$1/work $1/root
  cd $1/root
  mount --rbind /dev dev
  mount -t proc proc proc
  mount --rbind /sys sys
  mount -t tmpfs -o mode=755 tmpfs run
  mkdir -p run/sshd run/lock run/systemd/journal
  mount --bind /run/systemd/journal run/systemd/journal`;

/** What a report's failed checks are called. */
export function failed(report: Report): readonly string[] {
  return report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
}

/** See the head of this file. */
export class Ground {
  readonly rig: Rig;
  readonly #root: string;
  #layer = 0;
  #sshd: Service | undefined;

  private constructor(rig: Rig, root: string) {
    this.rig = rig;
    this.#root = root;
  }

  /** Starts a rig and installs the package in a layer that all others lie upon. */
  static async prepare(root: RootName): Promise<Ground> {
    const [folder, rig] = await Promise.all([testRoot(root), Rig.start({ program: PROGRAM })]);
    const ground = new Ground(rig, folder);
    try {
      await ground.#furnish();
      return ground;
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.rig.stop();
  }

  /** Where a file of the current layer is seen from outside. */
  path(inside: string): string {
    return this.rig.namespace.path(`${this.#current}/root${inside}`);
  }

  /** A new layer over the installed system, as if nothing had happened, with sshd running. */
  async renew(): Promise<void> {
    if (this.#layer > 1) await this.stopSshd();
    if (this.#layer > 1) await this.#outside(`umount -l ${this.#current}/root`);
    await this.rig.reset();
    this.#layer += 1;
    await this.#mount(`${FOLDER}/1/upper:${this.#root}`);
    await this.startSshd();
  }

  /**
   * Starts sshd as its unit does.
   * @param by a program that starts it, such as prlimit(1) for the limits that a unit may have
   */
  async startSshd(...by: readonly string[]): Promise<void> {
    const [first, ...rest] = [...by, '/usr/sbin/sshd', '-D', '-e'];
    const command = this.#enter([first, ...rest]);
    this.#sshd = await this.rig.namespace.startService(command, /^Server listening on/);
  }

  /** Ends sshd, whoever started it. */
  async stopSshd(): Promise<void> {
    await this.#sshd?.stop();
    // A remedy may have started another one, in the background.
    await this.sh('kill "$(cat /run/sshd.pid)" && while [ -e /run/sshd.pid ]; do :; done');
  }

  /** Lets sshd read its configuration, as if it had been started with it. */
  async restartSshd(): Promise<void> {
    await this.stopSshd();
    await this.startSshd();
  }

  /** Runs a shell script in the current layer, as root. */
  sh(script: string): Promise<CommandResult> {
    return this.run(['/bin/sh', '-c', script]);
  }

  /** The same, which must succeed. */
  async must(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.sh(script);
    if (status === 0) return stdout;
    throw new Error(`status ${status ?? '?'} of: ${script}\n${stdout}${stderr}`);
  }

  /** Runs a command in the current layer, as root. */
  run(command: Command): Promise<CommandResult> {
    const [nsenter, ...rest] = this.rig.namespace.command(this.#enter(command));
    return run([nsenter, '--pid', ...rest]);
  }

  /** Runs `verify-install --json`. */
  async verify(...options: readonly string[]): Promise<Report> {
    const line = ['/usr/bin/ec2-instance-connect', 'verify-install', '--json', ...options] as const;
    const { status, stdout, stderr } = await this.run(line);
    if (status !== 0 && status !== 1) throw new Error(`status ${status ?? '?'}: ${stderr}`);
    const report = JSON.parse(stdout) as Report;
    if ((status === 0) !== report.summary.healthy) throw new Error(`status ${status}: ${stdout}`);
    return report;
  }

  /** Pushes a key for a user and logs in to this system's sshd with it. */
  async loginWithPushedKey(user: string): Promise<boolean> {
    const key = await this.rig.makeKey();
    await this.rig.pushKey(user, key);
    const options = ['-o', 'HostName=127.0.0.1'];
    return (await this.rig.login(user, key, { options })).ok;
  }

  /**
   * What everybody but the login user and the command's user may do here: sshd's configuration for
   * each of them, accounts, aging, groups, sudoers, and whether the system is closed. Which command
   * gives their keys is left out: that is what the package is about.
   */
  async othersAccess(user: string): Promise<string> {
    const text = await this.must(`
      for name in root bob carol; do
        echo "== $name"
        /usr/sbin/sshd -T -C user=$name,host=client.example,addr=192.0.2.1 2>&1 || :
      done
      getent passwd; getent shadow; getent group; cat /etc/sudoers.d/*; ls /etc/nologin 2>&1 || :`);
    const ours = new RegExp(
      `^(${user}|ec2-instance-connect):|^(allow|deny)\\w+ ${user}$|^authorizedkeyscommand`,
    );
    const member = new RegExp(`(?<=:\\d+:(?:.*,)?)(${user}|ec2-instance-connect),?`);
    const lines = text.split('\n').filter((line) => !ours.test(line));
    return lines.map((line) => line.replace(member, '').replace(/,$/, '')).join('\n');
  }

  /** What a program of the outside was called with since the layer was made. */
  outsideCalls(): string {
    try {
      return readFileSync(this.path('/run/outside-calls'), 'utf8');
    } catch {
      return '';
    }
  }

  get #current(): string {
    return `${FOLDER}/${this.#layer}`;
  }

  #enter(command: Command): Command {
    const without = FORBIDDEN.map((name) => `-${name}`).join(',');
    const root = `${this.#current}/root`;
    return [
      'setpriv',
      '--bounding-set',
      without,
      'chroot',
      root,
      'env',
      '-i',
      ...ENVIRONMENT,
      ...command,
    ];
  }

  /** A script in the rig, outside of the layers. */
  async #outside(script: string, ...args: readonly string[]): Promise<void> {
    const shell = ['sh', '-euc', script, 'sh', ...args] as const;
    const [nsenter, ...rest] = this.rig.namespace.command(['sh', ...shell.slice(1)]);
    await runOrThrow([nsenter, '--pid', ...rest]);
  }

  async #mount(below: string): Promise<void> {
    await this.#outside(MOUNT, this.#current, below);
  }

  async #furnish(): Promise<void> {
    this.#layer = 1;
    await this.#mount(this.#root);
    await this.#installTools();
    const root = readFileSync(this.rig.namespace.path('/run/rig/root.pem'), 'utf8');
    this.#write('/usr/local/share/ca-certificates/emulator.crt', root);
    this.#write('/etc/ssh/sshd_config.d/10-listen.conf', 'ListenAddress 127.0.0.1\n');
    for (const path of OUTSIDE) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      this.#write(path, `#!/bin/sh\necho "${name} $*" >>/run/outside-calls\n`);
    }
    this.#offerPackage();
    await this.must(`
      chmod 755 ${OUTSIDE.join(' ')}
      update-ca-certificates
      useradd --create-home --shell /bin/bash --password '*' alice
      useradd --create-home --shell /bin/bash --password '*' bob
      useradd --create-home --shell /bin/bash --groups sudo --password '*' carol
      touch /var/log/auth.log
      mkdir -p /etc/sudoers.d && echo '%sudo ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/10-people
      apt-get update
      apt-get install -y ec2-instance-connect`);
    await this.#outside(`umount -l ${this.#current}/root`);
  }

  /** From now on apt knows nothing but our package. */
  #offerPackage(): void {
    const repository = makeRepository([
      packagePath('deb', process.arch === 'arm64' ? 'arm64' : 'x64'),
    ]);
    cpSync(join(repository.folder, 'apt'), this.path('/srv/apt'), { recursive: true });
    repository.discard();
    this.#write('/etc/apt/sources.list', 'deb [trusted=yes] file:/srv/apt stable main\n');
  }

  /** The packages come from Debian's mirror, through the machine's own network. */
  async #installTools(): Promise<void> {
    const install = 'apt-get -qq update && apt-get -qq install -y --no-install-recommends iptables';
    const root = `${this.#current}/root`;
    writeFileSync(this.path('/etc/resolv.conf'), readFileSync('/etc/resolv.conf'));
    const target = ['--target', String(this.rig.namespace.pid), '--mount'];
    const shell = ['chroot', root, 'env', '-i', ...ENVIRONMENT, 'sh', '-c', install];
    await runOrThrow(['nsenter', ...target, '--', ...shell]);
  }

  #write(path: string, text: string): void {
    const file = this.path(path);
    mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true });
    writeFileSync(file, text);
  }
}

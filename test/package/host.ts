/** A booted Debian on an emulated EC2, which reaches the repositories under test over loopback. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { INSTANCE_ADDRESS } from '../rig/account.ts';
import { EMULATED, MachineEmulator } from '../rig/machine-emulator.ts';
import { command, Machine, type CommandResult, type RootName } from '../roots/machine.ts';

/** Where this side's tools are for the machine. */
const TOOLS = '/opt/tools';
const WEB = '127.0.0.1:8181';
/** Where rpm's keys are, by custom and in our repository's file. */
const KEYS = '/etc/pki/rpm-gpg';

/** Where the repositories are for the machine. */
export const REPOSITORY_URL: string = new URL('http://127.0.0.1:8181').origin;

/** See the head of this file. */
export class Host {
  /** dnf as `dnf` runs it, without what it is to do. */
  static readonly DNF: readonly string[] = [
    ...['/usr/bin/dnf-3', '-y', '-q', '--installroot=/root', '--releasever=2023'],
    ...['reposdir=/root/etc/yum.repos.d', 'cachedir=/root/var/cache/dnf', 'keepcache=0'].flatMap(
      (setting) => ['--setopt', setting],
    ),
  ];
  readonly machine: Machine;
  readonly #emulator: MachineEmulator;
  readonly #work: string;
  readonly #repository: string;
  readonly #services: ChildProcess[] = [];
  #keys = 0;

  private constructor(machine: Machine, emulator: MachineEmulator, repository: string) {
    this.machine = machine;
    this.#emulator = emulator;
    this.#repository = repository;
    this.#work = mkdtempSync(join(tmpdir(), 'eic-host-'));
  }

  /**
   * Boots a root with the emulator and a web server for the repositories, the login user alice, whose
   * own key is in authorized_keys, and apt knowing nothing but our repository.
   * @param repository folder with `apt` and `yum`
   */
  static async boot(root: RootName, repository: string): Promise<Host> {
    const address = ['ip', 'address', 'add', `${INSTANCE_ADDRESS}/32`, 'dev', 'lo'] as const;
    const network = [...EMULATED.network, address];
    const nspawn = ['/usr', '/etc'].map((folder) => `--bind-ro=${folder}:${TOOLS}${folder}`);
    const machine = await Machine.boot({ ...EMULATED, root, network, nspawn });
    const emulator = await MachineEmulator.start(machine).catch(async (error: unknown) => {
      await machine.stop();
      throw error;
    });
    const host = new Host(machine, emulator, repository);
    try {
      await host.#furnish();
      return host;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    for (const service of this.#services.filter((each) => each.exitCode === null)) {
      const ended = once(service, 'exit');
      service.kill('SIGTERM');
      await ended;
    }
    await this.#emulator.stop();
    await this.machine.stop();
    rmSync(this.#work, { recursive: true, force: true });
  }

  /** Runs apt-get without questions; the result is the caller's to judge. */
  apt(...args: readonly string[]): Promise<CommandResult> {
    const settings = ['-y', '-q', '-o', 'Dpkg::Use-Pty=0', '--no-install-recommends'];
    const env = ['/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive'];
    return this.machine.run([...env, 'apt-get', ...settings, ...args]);
  }

  /**
   * Runs dnf on the machine's root, inside of the machine's namespaces, with this side's /usr and /etc as its
   * own: the roots are Debian's and have none. Only our repository is known.
   */
  dnf(...args: readonly string[]): Promise<CommandResult> {
    return this.machine.run(['chroot', TOOLS, ...Host.DNF, ...args]);
  }

  /** Runs apt-get as `apt` does and demands status 0; returns all that it said. */
  mustApt(...args: readonly string[]): Promise<string> {
    return must('apt-get', args, this.apt(...args));
  }

  /** Runs dnf as `dnf` does and demands status 0; returns all that it said. */
  mustDnf(...args: readonly string[]): Promise<string> {
    return must('dnf', args, this.dnf(...args));
  }

  /** Runs rpm on the machine's root, as `dnf` does. */
  rpm(...args: readonly string[]): Promise<CommandResult> {
    return this.machine.run(['chroot', TOOLS, '/usr/bin/rpm', '--root', '/root', ...args]);
  }

  /** Runs rpm as `rpm` does and demands status 0; returns all that it said. */
  mustRpm(...args: readonly string[]): Promise<string> {
    return must('rpm', args, this.rpm(...args));
  }

  /** Makes `dnf` and `rpm` work. They find the repositories' keys where the machine has them. */
  async prepareDnf(): Promise<void> {
    await this.machine.sh(`
      cd ${TOOLS} && mkdir -p tmp var/log var/lib proc dev sys run root /run/tools/upper /run/tools/work
      for name in bin sbin lib lib64; do ln -s usr/$name $name; done
      mount -t overlay -o lowerdir=$PWD/etc,upperdir=/run/tools/upper,workdir=/run/tools/work overlay etc
      mkdir -p /etc/yum.repos.d ${KEYS} .${KEYS}
      mount --bind ${KEYS} .${KEYS}
      mount --bind / root
      for name in proc dev sys run; do mount --rbind /$name $name; mount --rbind /$name root/$name; done`);
    for (const [name, folder] of [
      ['RPM-GPG-KEY-ec2-instance-connect', KEYS],
      ['ec2-instance-connect.repo', '/etc/yum.repos.d'],
    ] as const) {
      const served = readFileSync(join(this.#repository, 'yum', name));
      writeFileSync(this.machine.path(join(folder, name)), served);
    }
  }

  /** Whether a login as alice succeeds with a key that is in her authorized_keys. */
  async loginWithFile(): Promise<boolean> {
    return (await this.#login('own')).stdout === 'alice\n';
  }

  /** Whether a login as alice succeeds with a new key that was pushed for her. */
  async loginWithPushedKey(): Promise<boolean> {
    this.#keys += 1;
    const name = `pushed-${this.#keys}`;
    const publicKey = await this.#makeKey(name);
    await this.#emulator.push('alice', publicKey);
    return (await this.#login(name)).stdout === 'alice\n';
  }

  /** The paths and content of what is in a file of the machine. */
  read(path: string): string {
    return readFileSync(this.machine.path(path), 'utf8');
  }

  async #login(key: string): Promise<CommandResult> {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    options.push('IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes');
    const given = options.flatMap((option) => ['-o', option]);
    const target = ['-i', join(this.#work, key), `alice@${INSTANCE_ADDRESS}`, 'id', '-un'];
    return this.machine.outside(['ssh', '-F', 'none', ...given, ...target]);
  }

  async #makeKey(name: string): Promise<string> {
    const path = join(this.#work, name);
    await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
    return readFileSync(`${path}.pub`, 'utf8').trim();
  }

  /** Starts a process of this side in the machine's network and waits for its word. */
  async #serve(argv: readonly string[], ready: RegExp): Promise<void> {
    const child = spawn('ip', ['netns', 'exec', this.machine.netns, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#services.push(child);
    await new Promise<void>((resolve, reject) => {
      const lines: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          if (ready.test(line)) resolve();
        });
      }
      child.on('exit', () => {
        reject(new Error(`${argv.join(' ')} ended: ${lines.join('\n')}`));
      });
    });
  }

  async #furnish(): Promise<void> {
    const repository = this.#repository;
    const [address = '', port = ''] = WEB.split(':');
    const web = ['-u', '-m', 'http.server', '--bind', address, '-d', repository, port];
    await this.#serve(['/usr/bin/python3', ...web], /^Serving HTTP/);
    const own = await this.#makeKey('own');
    await this.machine.sh(`
      useradd --create-home --shell /bin/bash --password '*' alice
      mkdir -p /home/alice/.ssh && echo '${own}' >/home/alice/.ssh/authorized_keys
      rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
      mkdir -p /usr/share/keyrings
      [ ! -d /etc/ssh/sshd_config.d ] || ! sshd -V 2>&1 | grep -q OpenSSH_10 ||
        echo PerSourcePenalties no >/etc/ssh/sshd_config.d/10-test.conf
      systemctl reload ssh.service`);
    if (!existsSync(join(repository, 'apt'))) return;
    const key = readFileSync(join(repository, 'apt/ec2-instance-connect.gpg'));
    writeFileSync(this.machine.path('/usr/share/keyrings/ec2-instance-connect.gpg'), key);
    const source = '[signed-by=/usr/share/keyrings/ec2-instance-connect.gpg]';
    writeFileSync(
      this.machine.path('/etc/apt/sources.list.d/ec2-instance-connect.list'),
      `deb ${source} ${REPOSITORY_URL}/apt stable main\n`,
    );
  }
}

async function must(
  name: string,
  args: readonly string[],
  ended: Promise<CommandResult>,
): Promise<string> {
  const { status, stdout, stderr } = await ended;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Service } from '../rig/namespace.ts';
import type { Rig } from '../rig/rig.ts';
import { run, runOrThrow, type CommandResult } from '../rig/run.ts';
import type { SshKey } from '../rig/ssh-key.ts';

/** What a guest's disk holds besides its root. */
export interface GuestDisk {
  /** Files by their absolute path: text, or a file or folder of this machine to copy, modes and all. */
  readonly files: Readonly<Record<string, string | { readonly copy: string }>>;
  /** A shell script that runs in the root, as root, before it becomes a disk. */
  readonly prepare: string;
  /** Policy modules to load, .pp or .cil files of this machine. */
  readonly modules: readonly string[];
}

/** Emulated, so several times slower than the machine; a denial costs a second. */
const SSH_LIMIT_MS = 60_000;
const PORT = '2222';

/** The addresses are those of QEMU's user network. */
const SYSTEM_FILES = {
  '/etc/systemd/network/80-guest.network':
    '[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n',
  '/etc/fstab': '/dev/vda / ext4 defaults 0 1\n',
  '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=default\n',
};

/** A boot with nothing in it that nobody waits for. */
const SYSTEM_PREPARE = `systemctl --quiet enable systemd-networkd
systemctl --quiet disable systemd-networkd-wait-online.service
systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \\
  e2scrub_all.timer e2scrub_reap.service fstrim.timer serial-getty@ttyS0.service getty@tty1.service \\
  modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service \\
  modprobe@dm_mod.service dev-hugepages.mount systemd-pstore.service`;

/**
 * A virtual machine with SELinux enforcing: Debian 12 with a kernel of its own, emulated (QEMU TCG), in the
 * network of a rig. What it sends to 169.254.169.254 reaches the rig's emulator, and it can reach nothing
 * else; its firmware names the rig's instance.
 */
export class Guest {
  readonly #rig: Rig;
  readonly #machine: Service;
  readonly #admin: SshKey;
  readonly #folder: string;

  private constructor(rig: Rig, machine: Service, admin: SshKey, folder: string) {
    this.#rig = rig;
    this.#machine = machine;
    this.#admin = admin;
    this.#folder = folder;
  }

  /** Makes the disk, boots and waits until sshd listens. */
  static async boot(rig: Rig, disk: GuestDisk): Promise<Guest> {
    const root = (await runOrThrow([here('build.sh')], { timeout: 600_000 })).trim();
    const folder = mkdtempSync(join(tmpdir(), 'eic-guest-'));
    try {
      const admin = await rig.makeKey();
      const image = join(folder, 'disk.img');
      const files = {
        ...SYSTEM_FILES,
        ...disk.files,
        '/root/.ssh/authorized_keys': `${admin.publicKey}\n`,
      };
      const prepare = `${SYSTEM_PREPARE}\n${disk.prepare}`;
      await makeImage(root, join(folder, 'stage'), image, { ...disk, files, prepare });
      const command = qemu(root, image, rig.account.instanceId);
      const machine = await rig.namespace.startService(command, /sshd.*Server listening on/);
      return new Guest(rig, machine, admin, folder);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  /** Logs in with ssh and runs a command. */
  login(user: string, key: SshKey, command: string): Promise<CommandResult> {
    const options = ['-p', PORT, '-o', 'HostName=127.0.0.1'];
    const ssh = this.#rig.loginCommand(user, key, { command, options });
    return run(this.#rig.namespace.command(ssh), { timeout: SSH_LIMIT_MS });
  }

  /** Runs a command as root, in the domain of an administrator's login; rejects when it fails. */
  async root(command: string): Promise<string> {
    const { status, stdout, stderr } = await this.login('root', this.#admin, command);
    if (status === 0) return stdout;
    throw new Error(`${command}: ended with ${status ?? '?'}: ${stderr}\n${stdout}`);
  }

  /** What the guest wrote to its console. */
  get console(): readonly string[] {
    return this.#machine.lines;
  }

  /** Ends the machine and takes its disk away. */
  async stop(): Promise<void> {
    await this.#machine.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

function here(name: string): string {
  return join(import.meta.dirname, name);
}

async function makeImage(
  root: string,
  stage: string,
  image: string,
  { files, prepare, modules }: GuestDisk,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(stage, 'root', path);
    mkdirSync(join(target, '..'), { recursive: true });
    if (typeof content === 'string') writeFileSync(target, content);
    else cpSync(content.copy, target, { recursive: true, verbatimSymlinks: true });
  }
  writeFileSync(join(stage, 'prepare'), prepare);
  for (const module of modules) cpSync(module, join(stage, 'modules', basename(module)));
  const command = [here('image.sh'), root, stage, image] as const;
  await runOrThrow([...command], { timeout: 300_000 });
  rmSync(stage, { recursive: true });
}

function qemu(root: string, image: string, instanceId: string): readonly [string, ...string[]] {
  const boot = readdirSync(join(root, 'boot'));
  const file = (prefix: string): string =>
    join(root, 'boot', boot.find((name) => name.startsWith(prefix)) ?? prefix);
  // sshd says in the journal that it listens, and the journal goes to the console.
  const kernel =
    'root=/dev/vda rw console=ttyS0 quiet systemd.journald.forward_to_console=1 modprobe.blacklist=kvm,kvm_amd,kvm_intel';
  return [
    'qemu-system-x86_64',
    ...['-machine', 'q35,accel=tcg', '-cpu', 'max', '-smp', '2', '-m', '1024'],
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'chardev:console'],
    ...['-chardev', `stdio,id=console,signal=off,logfile=${image}.console`],
    ...['-kernel', file('vmlinuz-'), '-initrd', file('initrd.img-')],
    ...['-append', `${kernel} security=selinux selinux=1 enforcing=1`],
    ...['-drive', `file=${image},if=virtio,format=raw,cache=unsafe`],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-net-pci,netdev=n0'],
    ...['-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${PORT}-:22`],
    ...['-smbios', `type=2,manufacturer=Amazon EC2,asset=${instanceId}`],
  ];
}

/** A host as a fleet has them, on which packaging/fleet/install.sh can run in both families. */
import { readFileSync } from 'node:fs';
import type { CommandResult } from '../roots/machine.ts';
import { Host } from './host.ts';

const NAME = 'ec2-instance-connect';

/** The script that all forms of the roll-out run. */
export const INSTALL: string = readFileSync('packaging/fleet/install.sh', 'utf8');

/** The two kinds of package managers. */
export type Family = 'apt' | 'yum';

/** What install.sh calls on a system of the yum family, besides the package manager. */
const COMMANDS = [
  'awk',
  'cat',
  'fold',
  'grep',
  'id',
  'install',
  'mkdir',
  'mktemp',
  'rm',
  'sed',
  'sh',
];
COMMANDS.push('sha256sum', 'sort', 'tail', 'tr');

/**
 * Boots a host that has never heard of our repository.
 * @param repository the folder that is served
 */
export async function bootFleetHost(repository: string): Promise<Host> {
  const host = await Host.boot('bookworm', repository);
  // The roots have neither curl nor gpg, as images of clouds do, nor dnf and rpm: this side's stand in.
  await host.prepareDnf();
  await host.machine.sh(`
    cp -a /etc/ssh /run/ssh-kept
    rm -rf /etc/apt/sources.list.d/* /usr/share/keyrings/ec2-instance-connect.gpg
    rm -rf /etc/yum.repos.d/* /etc/pki/rpm-gpg/*
    mkdir -p /opt/tools/tmp && mount --bind /tmp /opt/tools/tmp
    mkdir /run/yum && for name in ${COMMANDS.join(' ')}; do ln -s "$(command -v $name)" /run/yum/; done
    wrap() { printf '#!/bin/sh\\nPATH=/usr/sbin:/usr/bin exec chroot /opt/tools /usr/bin/env -C "$PWD" %s "$@"\\n' "$2" >$1 && chmod 755 $1; }
    for name in curl gpg; do
      wrap /usr/bin/$name /usr/bin/$name
      ln -s /usr/bin/$name /run/yum/
    done
    ln -s /usr/bin/systemctl /usr/bin/ec2-instance-connect /usr/sbin/chroot /run/yum/
    wrap /run/yum/rpm '/usr/bin/rpm --root /root'
    wrap /run/yum/dnf '${Host.DNF.join(' ')}'
    ln -s dnf /run/yum/yum`);
  return host;
}

/** Takes everything away that an installation may have left. */
export async function resetFleetHost(host: Host): Promise<void> {
  await host.rpm('-e', NAME);
  await host.rpm('-e', 'gpg-pubkey', '--allmatches');
  await host.machine.run(['dpkg', '--purge', NAME]);
  await host.machine.sh(`
    rm -rf /etc/apt/sources.list.d/* /etc/apt/preferences.d/* /etc/apt/apt.conf.d/90-test /var/lib/apt/lists/*
    rm -rf /usr/share/keyrings/${NAME}.gpg /etc/yum.repos.d/* /etc/pki/rpm-gpg/* /var/cache/dnf /etc/dnf
    # The stock package's scripts write into sshd_config and the unit, and its removal leaves that.
    rm -rf /etc/ssh /var/lib/${NAME} && cp -a /run/ssh-kept /etc/ssh
    rm -f /usr/lib/systemd/system/ssh*.service.d/*${NAME}.conf /etc/systemd/system/ssh*.service.d/*${NAME}.conf
    systemctl daemon-reload && systemctl restart ssh.service`);
}

/** Runs a shell script as root in one of both families: without apt-get in the search path it is yum's. */
export function runIn(
  host: Host,
  family: Family,
  script: string,
  args: readonly string[] = [],
): Promise<CommandResult> {
  const path = family === 'apt' ? [] : ['/usr/bin/env', 'PATH=/run/yum'];
  return host.machine.run([...path, '/bin/sh', '-s', '--', ...args], script);
}

/** The version of ours that is installed, empty where none is. */
export async function installedVersion(host: Host, family: Family): Promise<string> {
  const query = ['-q', '--qf', '%{VERSION}-%{RELEASE}', NAME];
  const answer =
    family === 'yum'
      ? await host.rpm(...query)
      : await host.machine.run(['dpkg-query', '-W', '-f', '${Version}', NAME]);
  return answer.status === 0 ? answer.stdout : '';
}

/** Runs install.sh from a server of http. */
export function install(
  host: Host,
  family: Family,
  url: string,
  ...fingerprints: readonly string[]
): Promise<CommandResult> {
  return runIn(host, family, INSTALL, ['--allow-http', url, ...fingerprints]);
}

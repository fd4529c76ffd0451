/** A booted host with the stock package in a state of the matrix. */
import { writeFileSync } from 'node:fs';
import { Host, REPOSITORY_URL } from '../host.ts';
import type { CommandResult } from '../../roots/machine.ts';
import { NEXT_VERSION, STOCK_DEB_DROP_IN, STOCK_DEB_VERSION } from '../stand-ins.ts';
import { STOCK_RPM_DROP_IN, STOCK_RPM_VERSIONS } from '../stand-ins-rpm.ts';
import type { Cell, State } from './cells.ts';

const NAME = 'ec2-instance-connect';
/** A port that only the edited command line names. */
export const EDITED_PORT = 2222;

const OTHER = 'AuthorizedKeysCommand /usr/bin/other %u\nAuthorizedKeysCommandUser nobody\n';
const CONF = '/etc/ssh/sshd_config.d/50-other.conf';
const RELOAD = 'systemctl daemon-reload && systemctl restart ssh.service';

/** See the head of this file. */
export class StockHost {
  readonly host: Host;
  readonly cell: Cell;
  #isMended = false;

  private constructor(host: Host, cell: Cell) {
    this.host = host;
    this.cell = cell;
  }

  /** Boots a host, installs the stock stand-in and brings it into the cell's state. */
  static async boot(cell: Cell, repository: string): Promise<StockHost> {
    const host = await Host.boot(cell.root, repository);
    const self = new StockHost(host, cell);
    try {
      await self.#prepare();
      return self;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  /** Stops it. */
  stop(): Promise<void> {
    return this.host.stop();
  }

  /** The stock package's drop-in. */
  get dropIn(): string {
    return this.cell.family === 'deb' ? STOCK_DEB_DROP_IN : STOCK_RPM_DROP_IN;
  }

  /** Installs a version by the cell's tool; the result is the caller's to judge. */
  install(version: string): Promise<CommandResult> {
    const { machine } = this.host;
    const deb = `/run/packages/${NAME}_${version}_amd64.deb`;
    const rpm = `${REPOSITORY_URL}/yum/packages/${NAME}-${version}.x86_64.rpm`;
    switch (this.cell.way) {
      case 'apt':
        return this.host.apt('install', `${NAME}=${version}`);
      case 'dpkg':
        return machine.run(['/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive', 'dpkg', '-i', deb]);
      case 'unattended': {
        const service = ['systemd-run', '--quiet', '--wait', '--pipe', '--collect'];
        const apt = ['apt-get', '-y', '-q', 'install', `${NAME}=${version}`];
        return machine.run([...service, '-E', 'DEBIAN_FRONTEND=noninteractive', ...apt]);
      }
      case 'dnf':
        return this.host.dnf('install', `${NAME}-${version}`);
      case 'rpm':
        return this.host.rpm('-U', '--replacepkgs', rpm);
    }
  }

  /** What a person types after an operation that was killed. */
  async repair(version: string): Promise<CommandResult> {
    if (this.cell.family === 'deb') await this.host.machine.sh('dpkg --configure -a');
    return this.cell.family === 'rpm'
      ? this.host.rpm('-U', '--replacepkgs', this.#rpmUrl(version))
      : this.install(version);
  }

  /** Takes the package away: purge, or erase. */
  remove(): Promise<CommandResult> {
    return this.cell.family === 'deb'
      ? this.host.apt('purge', NAME)
      : this.host.dnf('remove', NAME);
  }

  /** Goes back to the stock package. */
  downgrade(): Promise<CommandResult> {
    const url = `${REPOSITORY_URL}/yum/packages/${NAME}-${STOCK_RPM_VERSIONS.dropIn}.rpm`;
    return this.cell.family === 'deb'
      ? this.host.apt('install', '--allow-downgrades', `${NAME}=${STOCK_DEB_VERSION}`)
      : this.host.rpm('-U', '--oldpackage', url);
  }

  /** Whether sshd's configuration is broken: until somebody mends it for a restart. */
  get isBroken(): boolean {
    return this.cell.state === 'broken' && !this.#isMended;
  }

  /** Restarts what listens, as a reboot would; a broken configuration is mended first. */
  restart(): Promise<string> {
    const mend = this.isBroken ? "sed -i '/^NoSuchKeyword/d' /etc/ssh/sshd_config; " : '';
    this.#isMended = true;
    const what =
      this.cell.state === 'socket' ? 'systemctl stop ssh.service' : 'systemctl restart ssh.service';
    return this.host.machine.sh(`${mend}systemctl daemon-reload && ${what}`);
  }

  #rpmUrl(version: string): string {
    return `${REPOSITORY_URL}/yum/packages/${NAME}-${version}.x86_64.rpm`;
  }

  async #prepare(): Promise<void> {
    const { family, state, way } = this.cell;
    if (family === 'deb') {
      await this.host.mustApt('update');
      await this.host.mustApt('install', `${NAME}=${STOCK_DEB_VERSION}`);
      if (way === 'dpkg') {
        const fetch = `apt-get -qq download ${NAME}=${NEXT_VERSION}`;
        await this.host.machine.sh(`mkdir -p /run/packages && cd /run/packages && ${fetch}`);
      }
    } else {
      await this.host.prepareDnf();
      await this.host.mustDnf(
        'install',
        'stub-distribution',
        `${NAME}-${STOCK_RPM_VERSIONS.dropIn}`,
      );
    }
    await this.#change(state);
  }

  async #change(state: State): Promise<void> {
    const { machine } = this.host;
    const name = this.dropIn.slice(this.dropIn.lastIndexOf('/') + 1);
    switch (state) {
      case 'plain':
        return;
      case 'edited':
        await machine.sh(
          `sed -i 's/^ExecStart=.*sshd -D/& -p 22 -p ${EDITED_PORT} -o LogLevel=VERBOSE/' ${this.dropIn}; ${RELOAD}`,
        );
        return;
      case 'masked':
        await machine.sh(
          `mkdir -p /etc/systemd/system/ssh.service.d; ln -s /dev/null /etc/systemd/system/ssh.service.d/${name}; ${RELOAD}`,
        );
        return;
      case 'deleted':
        await machine.sh(`rm ${this.dropIn}; ${RELOAD}`);
        return;
      case 'other-in-conf.d':
        writeFileSync(machine.path(CONF), OTHER);
        await machine.sh(RELOAD);
        return;
      case 'none-in-conf.d':
        writeFileSync(machine.path(CONF), 'AuthorizedKeysCommand none\n');
        await machine.sh(RELOAD);
        return;
      case 'unmanaged':
        await machine.sh(`mkdir -p /etc/${NAME} && touch /etc/${NAME}/sshd-unmanaged`);
        return;
      case 'broken':
        await machine.sh("sed -i '1i NoSuchKeyword yes' /etc/ssh/sshd_config");
        return;
      case 'harvest':
        await machine.sh(`systemctl start ${NAME}.service`);
        return;
      case 'socket':
        await machine.sh(
          'systemctl disable -q --now ssh.service 2>&1; systemctl enable -q --now ssh.socket 2>&1',
        );
        return;
      case 'rc':
        if (this.cell.family === 'deb') await this.host.mustApt('remove', NAME);
        else await this.host.mustDnf('remove', NAME);
    }
  }
}

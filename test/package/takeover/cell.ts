/** Carries one cell of the matrix out and says what does not hold. */
import { existsSync } from 'node:fs';
import type { SshdStatus } from '../../../src/sshd/status-form.ts';
import { NEXT_VERSION } from '../stand-ins.ts';
import type { Cell } from './cells.ts';
import { EDITED_PORT, StockHost } from './stock-host.ts';

const NAME = 'ec2-instance-connect';
/** States in which the old wiring goes on, because ours would be in nobody's interest. */
const REFUSED: readonly string[] = ['other-in-conf.d', 'none-in-conf.d'];

/**
 * Whether a takeover leaves sshd's wiring to its administrator. The rpm's drop-in is for sshd.service, which sshd
 * does not run as where a socket starts it: the stock package was out of force there.
 */
function isLeftAlone({ state, family }: Cell): boolean {
  const isOutOfForce = family === 'rpm' && state === 'socket';
  return isOutOfForce || ['masked', 'deleted', 'unmanaged'].includes(state);
}

/** Runs a cell; returns one line for each thing that does not hold. */
export async function runCell(cell: Cell, repository: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  try {
    const stock = await StockHost.boot(cell, repository);
    try {
      await new CellRun(stock, wrong).run();
    } finally {
      await stock.stop();
    }
  } catch (error) {
    wrong.push(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
  return wrong;
}

class CellRun {
  readonly #wrong: string[];
  readonly #stock: StockHost;
  readonly #cell: Cell;
  #worked = false;

  constructor(stock: StockHost, wrong: string[]) {
    this.#wrong = wrong;
    this.#stock = stock;
    this.#cell = stock.cell;
  }

  async run(): Promise<void> {
    this.#worked = await this.#runsHelper();
    const { then } = this.#cell;
    if (then.startsWith('killed-')) await this.#killed(then.slice('killed-'.length));
    else {
      const { status, stdout, stderr } = await this.#stock.install(NEXT_VERSION);
      this.#demand(status === 0, `the takeover ends with ${status}: ${stdout}${stderr}`);
      await this.#judge('after the takeover');
    }
    if (then === 'running') await this.#takeOff();
    else await this.#restarted();
  }

  async #killed(moment: string): Promise<void> {
    await this.#stock.host.machine.sh(`touch /run/kill-${moment}`);
    const { status } = await this.#stock.install(NEXT_VERSION);
    this.#demand(status !== 0, 'nothing was killed');
    await this.#logins('killed');
    await this.#stock.restart();
    await this.#logins('killed and restarted');
    const again = await this.#stock.repair(NEXT_VERSION);
    this.#demand(again.status === 0, `the repair ends with ${again.status}: ${again.stderr}`);
    await this.#judge('after the repair');
  }

  async #restarted(): Promise<void> {
    await this.#stock.restart();
    await this.#judge('restarted');
    if (this.#cell.then !== 'restarted') return;
    const { status, stdout, stderr } = await this.#stock.downgrade();
    this.#demand(status === 0, `the downgrade ends with ${status}: ${stdout}${stderr}`);
    await this.#stock.restart();
    this.#demand(
      await this.#stock.host.loginWithFile(),
      'downgraded: the ordinary key does not get in',
    );
    this.#demand(
      (await this.#runsHelper()) || !this.#worked,
      'downgraded: the running sshd has no helper',
    );
    await this.#remove('the downgraded package');
  }

  /** disable, disable --restart, removal: each tells the truth about the running sshd. */
  async #takeOff(): Promise<void> {
    const { machine } = this.#stock.host;
    const off = await machine.run([NAME, 'sshd', 'disable']);
    const still = await this.#stock.host.loginWithPushedKey();
    this.#demand(
      still === (off.status !== 0),
      `disable: ${off.status}, pushed keys ${String(still)}`,
    );
    await this.#status('disabled', still);
    if (this.#cell.state !== 'broken') {
      const restart = await machine.run([NAME, 'sshd', 'disable', '--restart']);
      this.#demand(restart.status === 0, `disable --restart: ${restart.status} ${restart.stderr}`);
      this.#demand(
        !(await this.#stock.host.loginWithPushedKey()),
        'disabled, and pushed keys get in',
      );
      await machine.run([NAME, 'sshd', 'enable', '--from-package']);
    }
    await this.#remove('the package');
  }

  async #remove(what: string): Promise<void> {
    const { host, dropIn } = this.#stock;
    const { status, stdout, stderr } = await this.#stock.remove();
    this.#demand(status === 0, `removal of ${what} ends with ${status}: ${stdout}${stderr}`);
    this.#demand(await host.loginWithFile(), `without ${what} the ordinary key does not get in`);
    this.#demand(!(await host.loginWithPushedKey()), `without ${what} pushed keys get in`);
    if (this.#cell.state === 'unmanaged') return;
    const named = await this.#runsHelper();
    this.#demand(!named || this.#cell.state === 'broken', `the running sshd still names ${what}`);
    const text = existsSync(host.machine.path(dropIn)) ? host.read(dropIn) : '';
    this.#demand(
      !text.includes('eic_run_authorized_keys'),
      `${dropIn} names a program that is gone`,
    );
    const left = await host.machine.sh(
      `find /etc/systemd/system /var/lib/systemd -name '*${NAME}.service*' ! -name '*verify*'`,
    );
    this.#demand(left === '', `left behind: ${left.trim()}`);
  }

  async #judge(when: string): Promise<void> {
    await this.#status(when, await this.#logins(when));
    const { state } = this.#cell;
    const { machine } = this.#stock.host;
    if (state === 'edited' && when === 'restarted') {
      const port = await machine.run([
        '/bin/sh',
        '-c',
        `ss -Hltn 'sport = :${EDITED_PORT}' | grep -q .`,
      ]);
      this.#demand(port.status === 0, `${when}: the edited command line is lost`);
    }
    const verify = await machine.run([NAME, 'verify-install', '--offline']);
    const good = !isLeftAlone(this.#cell) && !this.#stock.isBroken;
    // Where the unmanaged stock drop-in is in force, logins work, and that is right too.
    if (good || state === 'unmanaged') {
      this.#demand(
        verify.status === 0,
        `${when}: verify-install ${verify.status}\n${verify.stdout}`,
      );
    } else this.#demand(verify.status !== 0, `${when}: verify-install is content`);
  }

  /**
   * An ordinary key always, a pushed key wherever it worked before; new where nobody said no.
   * @returns whether a pushed key gets in
   */
  async #logins(when: string): Promise<boolean> {
    const { host } = this.#stock;
    this.#demand(await host.loginWithFile(), `${when}: the ordinary key does not get in`);
    const pushed = await host.loginWithPushedKey();
    const asked = pushed || (await this.#hasStockHelper());
    this.#demand(asked || !this.#worked, `${when}: pushed keys do not get in any more`);
    const { state } = this.#cell;
    const off = isLeftAlone(this.#cell) && !this.#worked;
    this.#demand(!off || !pushed, `${when}: what was switched off is on again`);
    const isRefused = REFUSED.includes(state) || this.#stock.isBroken;
    if (isRefused && this.#worked) {
      this.#demand(
        existsSync(host.machine.path(this.#stock.dropIn)),
        `${when}: the old wiring is gone`,
      );
    }
    return pushed;
  }

  /** `sshd status` says of the running sshd what a login has shown. */
  async #status(when: string, pushed: boolean): Promise<void> {
    const { host } = this.#stock;
    const { stdout } = await host.machine.run([NAME, 'sshd', 'status', '--json']);
    const { effective } = JSON.parse(stdout) as SshdStatus;
    this.#demand(
      effective === pushed,
      `${when}: status says ${String(effective)}, a login ${String(pushed)}`,
    );
  }

  /** Whether sshd still runs the stock stand-in's program, which prints no key and so lets nobody in. */
  async #hasStockHelper(): Promise<boolean> {
    // The rpm's path becomes a link once all that it needs is in place; in the deb it is a file of ours.
    const isDeb = this.#cell.family === 'deb';
    const sh = isDeb
      ? `[ ! -e /usr/bin/${NAME} ]`
      : '[ ! -L /opt/aws/bin/eic_run_authorized_keys ]';
    const { status } = await this.#stock.host.machine.run(['/bin/sh', '-c', sh]);
    return status === 0 && this.#runsHelper();
  }

  /**
   * Whether the sshd that listens was started with the helper as an option. What stands in for the stock helper
   * prints no key, so a login cannot show it.
   */
  async #runsHelper(): Promise<boolean> {
    const { host } = this.#stock;
    // A socket starts sshd for a connection.
    if (this.#cell.state === 'socket') await host.loginWithFile();
    const lines = (await host.machine.sh('ps -eww -o args')).split('\n');
    return lines.some(
      (line) => line.includes('sshd -D') && line.includes('eic_run_authorized_keys'),
    );
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) this.#wrong.push(otherwise);
  }
}

/** One machine in which each cell finds everything as it should be, and breaks one thing. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { matchesGlob } from '../emulator/glob.ts';
import { HELPER_USER } from '../rig/accounts.ts';
import type { Rig } from '../rig/rig.ts';
import { runOrThrow, type Command } from '../rig/run.ts';
import type { SshKey } from '../rig/ssh-key.ts';
import type { Seen } from './outcome.ts';

/** A call that is under way. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when something has come from standard output, or its end. */
  readonly printed: Promise<unknown>;
}

/** How a cell calls the program. */
export interface Call {
  /** Puts words before those of the command, which run as its user and in its environment. */
  readonly under?: readonly string[];
  /** What becomes of standard output; all of it is read without. */
  readonly output?: 'never read' | 'read slowly';
  /** There is no journal to look into. */
  readonly unlogged?: true;
  /** Happens beside the call, which may end before. */
  readonly meanwhile?: (call: Running, world: World) => Promise<unknown>;
}

/** How long processes may need to be gone after their parent, in milliseconds. */
const GRACE_MS = 2000;
/** Where the command's user can leave a file. */
const WRITABLE = ['/tmp', '/var/tmp', '/dev/shm', '/run'];

/** A rig with an installed program, and a key pushed for alice. */
export class World {
  readonly rig: Rig;
  readonly key: SshKey;
  /** What sshd is to get for the key. */
  readonly line: string;
  readonly #path: string;

  private constructor(rig: Rig, path: string, key: SshKey) {
    this.rig = rig;
    this.#path = path;
    this.key = key;
    this.line = `${key.publicKey.split(' ', 2).join(' ')}\n`;
  }

  /** @param path of the launcher, inside, under the name by which sshd calls it */
  static async of(rig: Rig, path: string): Promise<World> {
    return new World(rig, path, await rig.makeKey());
  }

  /** Everything as it should be, and the key freshly pushed. */
  async prepare(): Promise<void> {
    await this.rig.reset();
    await this.push();
  }

  /** Pushes the key, at this time of the service's. */
  async push(): Promise<void> {
    const { instanceId } = this.rig.account;
    const { publicKey } = this.key;
    await this.rig.emulator.pushKeys([{ instanceId, osUser: 'alice', publicKey }]);
  }

  /** Calls the program as sshd does, for the pushed key, and looks at what is there afterwards. */
  async call({ under = [], output, unlogged, meanwhile }: Call = {}): Promise<Seen> {
    const before = new Set(this.#processes());
    const [setpriv, ...words] = this.rig.helperCommand(
      ['alice', this.key.fingerprint],
      undefined,
      this.#path,
    );
    const at = words.indexOf(this.#path);
    const command: Command = [setpriv, ...words.slice(0, at), ...under, ...words.slice(at)];
    const [program, ...args] = this.rig.namespace.command(command);
    const begun = performance.now();
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    const reading = output === 'never read' ? '' : readAll(child, output === 'read slowly');
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const printed = Promise.race([once(child.stdout, 'readable'), ended]);
    await Promise.race([meanwhile?.({ child, printed }, this), ended]);
    const [status, signal] = await ended;
    const milliseconds = performance.now() - begun;
    if (output === 'never read') child.stdout.destroy();
    const stdout = await reading;
    const left = await this.#leftBehind(before);
    return {
      status,
      signal,
      stdout,
      milliseconds,
      left,
      events: unlogged ? [] : await this.#events(),
    };
  }

  async #events(): Promise<Seen['events']> {
    const entries = await this.rig.audit();
    return entries.map(({ message }) => JSON.parse(message) as Seen['events'][number]);
  }

  /** Resolves when so many requests for paths of this pattern, as a fault has it, have come. */
  async requested(pattern: string, count: number): Promise<void> {
    for (;;) {
      const { paths } = (await this.rig.emulator.counters()).imds;
      const found = Object.entries(paths).filter(([path]) => matchesGlob(pattern, path));
      if (found.reduce((sum, [, { requests }]) => sum + requests, 0) >= count) return;
      await sleep(2);
    }
  }

  async #leftBehind(before: ReadonlySet<string>): Promise<readonly string[]> {
    const end = performance.now() + GRACE_MS;
    const processes = (): readonly string[] =>
      this.#processes().filter((process) => !before.has(process));
    while (processes().length > 0 && performance.now() < end) await sleep(10);
    return [
      ...processes().map((process) => `process ${process}`),
      ...this.#sockets().map((socket) => `socket ${socket}`),
      ...(await this.#files()).map((file) => `file ${file}`),
    ];
  }

  /** Every process in the rig's network, whichever its parent is: number and name. */
  #processes(): readonly string[] {
    const own = readlinkSync(`/proc/${this.rig.namespace.pid}/ns/net`);
    return readdirSync('/proc').flatMap((pid) => {
      if (!/^\d+$/.test(pid)) return [];
      try {
        if (readlinkSync(`/proc/${pid}/ns/net`) !== own) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  }

  /** TCP sockets that a process of the command's user still holds (proc_net_tcp(5): uid and inode). */
  #sockets(): readonly string[] {
    const { pid } = this.rig.namespace;
    const lines = ['tcp', 'tcp6'].flatMap((name) =>
      readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n').slice(1),
    );
    const uid = String(this.#uid());
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[7] === uid && fields[9] !== '0')
      .map((fields) => fields.slice(1, 4).join(' '));
  }

  async #files(): Promise<readonly string[]> {
    const tests = ['-maxdepth', '3', '-xdev', '-uid', String(this.#uid()), '-print'];
    // A folder may go while it is looked at: others use /tmp too.
    const script = 'find "$@" 2>/dev/null; :';
    const find: Command = ['sh', '-c', script, 'sh', ...WRITABLE, ...tests];
    const found = await runOrThrow(this.rig.namespace.command(find));
    return found.split('\n').filter(Boolean);
  }

  #uid(): number {
    const passwd = readFileSync(this.rig.namespace.path('/etc/passwd'), 'utf8');
    return Number(new RegExp(`^${HELPER_USER}:x:(\\d+):`, 'm').exec(passwd)?.[1]);
  }
}

async function readAll(child: ChildProcess, slowly: boolean): Promise<string> {
  const chunks: Buffer[] = [];
  if (child.stdout === null) return '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (slowly) await sleep(200);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** The instance under load: a rig with the installed package, its users and their keys. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { HELPER_USER, homeOf } from '../../test/rig/accounts.ts';
import { Rig } from '../../test/rig/rig.ts';
import type { SshKey } from '../../test/rig/ssh-key.ts';
import { ALONE, GATE, install } from '../bench/install.ts';
import { runOrThrow } from '../../test/rig/run.ts';
import { outsideId } from './processes.ts';
import { BOT_KEYS, type Kind, type SshdName } from './plan.ts';

const COMMANDS: Readonly<Record<SshdName, string>> = {
  none: 'none',
  gate: `${GATE} %u %f`,
  program: `${ALONE} %u %f`,
};
/** In turn, so that IMDS holds a few keys of each, as it does for people, however many log in. */
const PUSHED_USERS: readonly string[] = Array.from({ length: 64 }, (_, index) => `pushed${index}`);
const [ORDINARY, NOBODYS, TARGET] = ['ordinary', 'nobodys', 'target'] as const;
/** Keys that nobody pushed and that are in no authorized_keys. */
const STRANGERS = 2 * BOT_KEYS;

/** Seconds above the 60 of a pushed key; the program believes an expiry up to 300 seconds ahead. */
const LONGER_LIFE = 230;

/** Who tries to log in, and with what. */
export interface Attempt {
  readonly kind: Kind;
  readonly user: string;
  readonly keys: readonly SshKey[];
}

/** A rig with everything that the load needs; see the functions. */
export class Instance {
  readonly rig: Rig;
  /** The helper's user id. */
  readonly helperUid: number;
  readonly #ordinary: SshKey;
  readonly #strangers: readonly SshKey[];
  #listener = 0;
  #attempts = 0;

  private constructor(rig: Rig, helperUid: number, keys: readonly [SshKey, ...SshKey[]]) {
    this.rig = rig;
    this.helperUid = helperUid;
    [this.#ordinary, ...this.#strangers] = keys;
  }

  /** Starts it with an unpacked package. */
  static async start(tree: string): Promise<Instance> {
    const users = [ORDINARY, NOBODYS, TARGET, ...PUSHED_USERS];
    const rig = await Rig.start({ program: 'dist/ec2-instance-connect', users });
    try {
      await install(rig.namespace, tree);
      const own = await rig.makeKey();
      const strangers = await Promise.all(Array.from({ length: STRANGERS }, () => rig.makeKey()));
      writeAuthorizedKeys(rig, own);
      const uid = await runOrThrow(rig.namespace.command(['id', '-u', HELPER_USER]));
      return new Instance(rig, Number(uid), [own, ...strangers]);
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  /** Starts sshd anew, with or without a command. */
  async useSshd(name: SshdName): Promise<void> {
    const config = [
      `AuthorizedKeysCommand ${COMMANDS[name]}`,
      'LogLevel INFO',
      'LoginGraceTime 120',
    ];
    await this.rig.startSshd({ config });
    this.#listener = outsideId(this.rig.namespace, this.rig.sshdPid);
  }

  /** The process id of the sshd that listens. */
  get listener(): number {
    return this.#listener;
  }

  /** Makes the attempt of a kind ready, but for its push: a pushed key is a new one. */
  async prepare(kind: Kind): Promise<Attempt> {
    const turn = this.#attempts++;
    if (kind === 'ordinary') return { kind, user: ORDINARY, keys: [this.#ordinary] };
    if (kind === 'pushed') {
      const user = PUSHED_USERS[turn % PUSHED_USERS.length] ?? '';
      return { kind, user, keys: [await this.rig.makeKey()] };
    }
    const user = kind === 'bots-pushed' ? TARGET : NOBODYS;
    const offered = kind === 'refused' ? 1 : BOT_KEYS;
    const strangers = [...this.#strangers, ...this.#strangers];
    const first = turn % this.#strangers.length;
    return { kind, user, keys: strangers.slice(first, first + offered) };
  }

  /** Pushes an attempt's key where it has one. */
  async push({ kind, user, keys }: Attempt): Promise<void> {
    const [key] = keys;
    if (kind === 'pushed' && key !== undefined) await this.#push(user, key);
  }

  /** Has a key in IMDS for the user whom the bots of that kind try, for as long as they may take. */
  async pushForTarget(): Promise<void> {
    await this.#push(TARGET, this.#ordinary, LONGER_LIFE);
  }

  async #push(osUser: string, { publicKey }: SshKey, later = 0): Promise<void> {
    const { instanceId } = this.rig.account;
    const pushedAt = Math.floor(Date.now() / 1000) + later;
    await this.rig.emulator.pushKeys([{ instanceId, osUser, publicKey, pushedAt }]);
  }

  /** Removes the key files of attempts that are over. */
  forget(attempts: readonly Attempt[]): void {
    for (const { kind, keys } of attempts) {
      if (kind !== 'pushed') continue;
      for (const { path } of keys) {
        for (const file of [path, `${path}.pub`]) rmSync(this.rig.namespace.path(file));
      }
    }
  }
}

function writeAuthorizedKeys({ namespace }: Rig, { publicKey }: SshKey): void {
  const folder = namespace.path(`${homeOf(ORDINARY)}/.ssh`);
  mkdirSync(folder);
  // sshd reads it as the user.
  chmodSync(folder, 0o755);
  writeFileSync(`${folder}/authorized_keys`, `${publicKey}\n`, { mode: 0o644 });
}

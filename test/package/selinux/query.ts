/** Questions to a linked SELinux policy, with setools. */
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** The four fields of an access. */
export interface Access {
  readonly source: string;
  readonly target: string;
  readonly class: string;
  readonly permissions: readonly string[];
}

/** What to look for; a field that is left out matches everything, of permissions one is enough. */
export type Query = Partial<Access>;

interface Rule extends Access {
  readonly text: string;
}

/** A policy, loaded once; answers as sesearch(1) does. */
export class Policy {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param path of a kernel's policy */
  constructor(path: string) {
    const script = join(import.meta.dirname, 'query.py');
    // Debian's own Python has the module.
    this.#process = spawn('/usr/bin/python3', [script, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * The allow rules that match, attributes resolved both ways, those that a boolean switches on included; of
   * their permissions only the ones that were asked for.
   */
  allowed(query: Query): Promise<readonly Access[]> {
    return this.#accesses('allow', query);
  }

  /** Like `allowed`, the accesses whose denial is not written down. */
  silenced(query: Query): Promise<readonly Access[]> {
    return this.#accesses('dontaudit', query);
  }

  async #accesses(ruletype: string, query: Query): Promise<readonly Access[]> {
    const { permissions: wanted } = query;
    return (await this.#ask(ruletype, query)).map((rule) => ({
      source: rule.source,
      target: rule.target,
      class: rule.class,
      permissions: rule.permissions.filter((each) => wanted?.includes(each) ?? true),
    }));
  }

  /** Whether every permission of an access is given by some rule. */
  async isAllowed({ permissions, ...query }: Access): Promise<boolean> {
    const given = (await this.allowed(query)).flatMap((rule) => rule.permissions);
    return permissions.every((permission) => given.includes(permission));
  }

  /** The type_transition rules that match, as written, and the boolean that each hangs on. */
  async transitions(query: Query): Promise<readonly string[]> {
    return (await this.#ask('type_transition', query)).map(({ text }) => text).sort();
  }

  /** Ends the process that holds the policy. */
  close(): void {
    this.#process.stdin.end();
  }

  /** One question at a time, for the answers come in the order of the questions. */
  #ask(ruletype: string, query: Query): Promise<readonly Rule[]> {
    const question = {
      ruletype: [ruletype],
      ...(query.source === undefined ? {} : { source: query.source }),
      ...(query.target === undefined ? {} : { target: query.target }),
      ...(query.class === undefined ? {} : { tclass: [query.class] }),
      ...(query.permissions === undefined ? {} : { perms: query.permissions }),
    };
    const answer = this.#turn.then(async () => {
      this.#process.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await this.#answers.next();
      if (line.done === true) throw new Error(`no answer to ${JSON.stringify(question)}`);
      return JSON.parse(line.value) as readonly Rule[];
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }
}

/** The type that file contexts give to a path; matchpathcon(8) as for a regular file. */
export function labelOf(contexts: string, path: string): string {
  const args = ['-n', '-f', contexts, '-m', 'file', path];
  return execFileSync('matchpathcon', args, { encoding: 'utf8' }).split(':')[2]?.trim() ?? '';
}

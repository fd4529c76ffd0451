import type { FileTimes, RunResult, SshdEdges } from '../../../src/sshd/edges.ts';
import {
  effectiveCommand,
  ownCommand,
  DEB_COMMAND_PATH,
} from '../../../src/sshd/model/effective.ts';
import { fixedTree, type FileTree } from '../../../src/system/file-tree.ts';
import { globalSetting, readModel } from '../../../src/sshd/model/model.ts';
import type { Image } from '../../../src/sshd/plan/image.ts';
import type { Listener } from '../../../src/sshd/plan/listener.ts';

/** Thrown at the step where the machine stops. */
export class PowerFailure extends Error {}

/** The clock of such a host, in Unix seconds. */
export const MEMORY_NOW = 1_800_000_000;

const OK: RunResult = { status: 0, stdout: '', stderr: '' };

/**
 * A host whose files are a map, for systems that cannot be booted here. Its sshd knows one rule of
 * the real one: a command without a user for it is refused. Nothing runs on it, as in a chroot.
 */
export class MemoryHost {
  readonly images: Map<string, Image> = new Map<string, Image>();
  /** Programs and folders that exist besides the files. */
  readonly programs: readonly string[];
  readonly release: string;
  /** What listens; nothing, as in a chroot, unless a test says otherwise. */
  listeners: readonly Listener[] = [];
  /** When a path changed, where a test says so; nothing else has a time. */
  readonly times: Map<string, FileTimes> = new Map<string, FileTimes>();
  /** What a program prints for --help. */
  help = '';
  #locked = false;

  constructor(tree: FileTree, release: string, programs: readonly string[]) {
    this.release = release;
    this.programs = ['/usr/sbin/sshd', ...programs];
    this.#load(tree, '');
  }

  /**
   * The edges of this host.
   * @param failAt the step in front of which the power fails, for good; never when left out
   */
  edges(failAt?: number): SshdEdges {
    let steps = 0;
    const step = (): void => {
      if (failAt !== undefined && steps++ >= failAt) throw new PowerFailure();
    };
    return {
      tree: {
        text: (path) => this.tree().text(path),
        names: (directory) => this.tree().names(directory),
        link: (path) => this.tree().link(path),
      },
      image: (path) => this.images.get(path) ?? null,
      times: (path) => this.times.get(path),
      now: () => MEMORY_NOW,
      unsafeFolder: () => undefined,
      unsafeProgram: (path) =>
        this.programs.includes(path) ? undefined : `${path} does not exist`,
      rootGroupMayWrite: () => false,
      put: (path, image) => {
        step();
        if (image !== null) this.images.set(path, image);
        else if (!this.#holdsSomething(path)) this.images.delete(path);
      },
      run: (argv) => this.#run(argv),
      unreadable: () => [],
      listeners: () => this.listeners,
      hangUp: () => {
        step();
      },
      watchListener: () => () => true,
      withTemporaryFolder: (use) => use('/tmp/x'),
      lock: () => {
        if (this.#locked) return undefined;
        this.#locked = true;
        return () => {
          this.#locked = false;
        };
      },
      isRoot: true,
      account: () => ({ uid: 999, gid: 999 }),
      newId: () => `id-${Math.random()}`,
      uptime: () => 0,
    };
  }

  /** The files as the model reads them. */
  tree(): FileTree {
    const texts: Record<string, string> = {};
    const links: Record<string, string> = {};
    for (const [path, image] of this.images) {
      if (image.type === 'file') texts[path] = image.text;
      if (image.type === 'link') links[path] = image.target;
    }
    return fixedTree(texts, links);
  }

  /** Everything that stands on the host, without the wiring's own state. */
  snapshot(): Record<string, Image> {
    const entries = [...this.images].filter(([path]) => !path.startsWith('/var/lib/'));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Whether sshd would accept the configuration. */
  accepts(): boolean {
    return readModel(this.tree(), undefined).starts.every((start) => {
      const command = globalSetting(start, 'authorizedkeyscommand');
      return (
        command === undefined || globalSetting(start, 'authorizedkeyscommanduser') !== undefined
      );
    });
  }

  /** The command of the first start. */
  command(): string | undefined {
    const [start] = readModel(this.tree(), undefined).starts;
    return start && effectiveCommand(start, ownCommand(DEB_COMMAND_PATH)).command;
  }

  #run(argv: readonly string[]): RunResult {
    if (argv[1] === '-V') return { ...OK, stderr: `OpenSSH_${this.release}` };
    if (argv[1] === '-t') return this.accepts() ? OK : { ...OK, status: 255, stderr: 'refused' };
    if (argv[1] === '--help') return { ...OK, stdout: this.help };
    return { ...OK, status: 1 };
  }

  #holdsSomething(path: string): boolean {
    return [...this.images.keys()].some((each) => each.startsWith(`${path}/`));
  }

  #load(tree: FileTree, folder: string): void {
    for (const name of tree.names(folder)) {
      const path = `${folder}/${name}`;
      const target = tree.link(path);
      const text = tree.text(path);
      if (target !== undefined) this.images.set(path, { type: 'link', target });
      else if (text !== undefined) {
        this.images.set(path, { type: 'file', text, mode: 0o600, uid: 0, gid: 0 });
      } else {
        this.images.set(path, { type: 'directory', mode: 0o755 });
        this.#load(tree, path);
      }
    }
  }
}

import type { PathFacts } from '../system/path-safety.ts';
import type { DebugSwitch } from '../host/debug-switch.ts';
import type { Machine } from '../host/machine.ts';
import type { TrustStore } from '../host/trust-store.ts';
import type { Metadata } from '../imds/client.ts';
import type { SshdEdges } from '../sshd/edges.ts';
import type { Command, CommandEnd } from '../system/program.ts';

/** The world, as far as `verify-install` needs it; `src/edges.ts` makes the real one. */
export interface InstallEdges {
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** The effective user id of this process. */
  readonly uid: number;
  /** The processor architecture, as Node names it. */
  readonly architecture: string;
  /** How this very program is called again: its path, and what must come first. */
  readonly program: readonly [string, ...string[]];
  /** The shared libraries that this process has mapped, and its C library's version. */
  readonly libraries: () => Libraries;
  /** The wiring's view of the host: its files, and sshd itself asked. */
  readonly sshd: SshdEdges;
  /** lstat(2); undefined where there is nothing; throws where it cannot be known. */
  readonly stat: (path: string) => FileFacts | undefined;
  /** The SHA-256 of a file's content, lower-case hex; throws where it cannot be read. */
  readonly sha256: (path: string) => string;
  /** The last bytes of a file as Latin-1; undefined where it cannot be read. */
  readonly tail: (path: string, bytes: number) => string | undefined;
  /** The entry, each folder above its real path, and above the path as given; throws. */
  readonly wayTo: (path: string) => readonly PathFacts[];
  /** The real path behind symbolic links; undefined where it does not lead anywhere. */
  readonly realPath: (path: string) => string | undefined;
  /** Runs a program to its end; never rejects. */
  readonly run: (command: Command) => Promise<CommandEnd>;
  readonly machine: () => Machine | undefined;
  /** Never throws. */
  readonly debugSwitch: () => DebugSwitch;
  readonly trustStore: () => TrustStore;
  /** A metadata client with a deadline of its own. */
  readonly imds: () => Metadata;
  /** A request without a token, which IMDSv2 answers with 401: is anybody there? Never rejects. */
  readonly greetImds: (family: 'ipv4' | 'ipv6') => Promise<Greeting>;
}

/** What lstat(2) says; times are Unix seconds with a fraction. */
export interface FileFacts {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits with set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly ctime: number;
}

/** The first answer of IMDS, or why there is none. */
export type Greeting =
  | {
      readonly ok: true;
      readonly status: number;
      /** The Date header in Unix seconds. */
      readonly date?: number;
      /** The Via header: somebody stands in between. */
      readonly via?: string;
    }
  | {
      readonly ok: false;
      /** A code of connect(2), or `TIMEOUT`. */
      readonly code: string;
    };

/** What the program runs on. */
export interface Libraries {
  /** glibc's version; absent with another C library. */
  readonly libc?: string | undefined;
  /** Paths of the mapped shared libraries and the loader. */
  readonly mapped: readonly string[];
}

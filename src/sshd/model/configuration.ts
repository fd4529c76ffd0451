import type { FileTree, Place } from '../../system/file-tree.ts';
import { parseMatch, type MatchBlock } from './match.ts';
import { expandGlob } from './pattern.ts';
import { hasQuirk } from './quirks.ts';
import { parseStatement, type Statement } from './statement.ts';
import type { OpenSshVersion } from './version.ts';

/** The folder that a relative Include starts from (SSHDIR of every host in question). */
const SSH_DIRECTORY = '/etc/ssh';

/** SERVCONF_MAX_DEPTH of OpenSSH's servconf.h. */
const MAX_DEPTH = 16;

/** More statements than any configuration has; what goes beyond is a loop of Includes. */
const MAX_STATEMENTS = 100_000;

/** The same for files, which may be empty. */
const MAX_FILES = 10_000;

/** A statement of the configuration, where it stands, and the Match blocks around it. */
export interface ConfigLine extends Statement {
  readonly place: Place;
  /** Outermost first; empty for a statement that holds for everybody. */
  readonly match: readonly MatchBlock[];
}

/** Something that the model could not read; sshd itself refuses most of these. */
export interface ConfigProblem {
  readonly place: Place;
  readonly detail: string;
}

/** sshd_config with its Includes, in the order in which sshd reads it. */
export interface Configuration {
  readonly lines: readonly ConfigLine[];
  readonly problems: readonly ConfigProblem[];
  /** Every file that was read, the main file first. */
  readonly files: readonly string[];
}

/**
 * Reads sshd_config(5) and what it Includes. An included file inherits the Match blocks around its
 * Include; a Match inside of it ends with it (servconf.c, since OpenSSH 8.2). Reading ends at the
 * first Include that goes too deep, as sshd's does, and at more than any configuration has: behind
 * a loop of Includes there may be no end of statements. The problem is the last one then.
 *
 * @param path the main file, absolute
 */
export function readConfiguration(
  tree: FileTree,
  path: string,
  version: OpenSshVersion | undefined,
): Configuration {
  const reader: Reader = { tree, version, lines: [], problems: [], files: [], stopped: false };
  readFile(reader, path, [], 0, { path, line: 0 });
  const { lines, problems, files } = reader;
  return { lines, problems, files };
}

interface Reader {
  readonly tree: FileTree;
  readonly version: OpenSshVersion | undefined;
  readonly lines: ConfigLine[];
  readonly problems: ConfigProblem[];
  readonly files: string[];
  /** Whether nothing more is read. */
  stopped: boolean;
}

function readFile(
  reader: Reader,
  path: string,
  outer: readonly MatchBlock[],
  depth: number,
  from: Place,
): void {
  const text = reader.tree.text(path);
  if (text === undefined) {
    if (depth === 0) reader.problems.push({ place: from, detail: `${path} cannot be read` });
    return;
  }
  reader.files.push(path);
  let match = outer;
  for (const [index, raw] of text.split('\n').entries()) {
    const place = { path, line: index + 1 };
    const statement = parseStatement(raw, reader.version);
    if (statement === undefined) continue;
    if ('problem' in statement) {
      reader.problems.push({ place, detail: statement.problem });
    } else if (statement.keyword === 'match') {
      const block = parseMatch(statement, place);
      if (statement.args.includes('=')) {
        reader.problems.push({ place, detail: 'a bad Match condition' });
      }
      match = [...outer, block];
      reader.lines.push({ ...statement, place, match: outer });
    } else {
      reader.lines.push({ ...statement, place, match });
      if (statement.keyword === 'include') include(reader, statement, match, depth, place);
    }
    if (reader.lines.length > MAX_STATEMENTS) {
      stop(reader, place, `more than ${MAX_STATEMENTS} statements`);
    }
    if (reader.stopped) return;
  }
}

function include(
  reader: Reader,
  statement: Statement,
  match: readonly MatchBlock[],
  depth: number,
  place: Place,
): void {
  if (depth + 1 > MAX_DEPTH) {
    stop(reader, place, 'Include goes too deep');
    return;
  }
  for (const argument of statement.args) {
    if (!argument.startsWith('/') && hasQuirk(reader.version, 'relative-include-lost')) continue;
    for (const path of expandGlob(includePattern(argument), reader.tree.names)) {
      if (reader.files.length > MAX_FILES) stop(reader, place, `more than ${MAX_FILES} files`);
      if (reader.stopped) return;
      readFile(reader, path, match, depth + 1, place);
    }
  }
}

function stop(reader: Reader, place: Place, detail: string): void {
  if (!reader.stopped) reader.problems.push({ place, detail });
  reader.stopped = true;
}

/** The absolute glob pattern of an Include's argument. */
export function includePattern(argument: string): string {
  return argument.startsWith('/') ? argument : `${SSH_DIRECTORY}/${argument}`;
}

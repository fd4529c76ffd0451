import { baseName, type FileTree } from '../../system/file-tree.ts';
import { parseSshdArguments } from '../model/arguments.ts';
import { readConfiguration } from '../model/configuration.ts';
import type { Setting, SshdStart } from '../model/model.ts';
import { parseStatement } from '../model/statement.ts';
import type { OpenSshVersion } from '../model/version.ts';

/** An sshd that listens, as the kernel shows it. */
export interface Listener {
  readonly pid: number;
  /** The unit that started it; absent where none did. */
  readonly unit?: string;
  readonly configFile: string;
  /** What it was started with as `-o`, which it keeps until a restart, whatever the files say. */
  readonly options: readonly string[];
  /** False where the kernel shows its command line in part only. */
  readonly complete: boolean;
}

/** Flags of an sshd that does not listen: one connection, a test, the child of a connection. */
const NO_LISTENER = /^-[46DdeqQr]*[itTRG]$/;

/** What begins the value of an option, in a word of the command line. */
const OPTION = /^-[46DdeqQr]*o/;

/**
 * Reads the command line of a process whose program is sshd.
 *
 * @param commandLine `/proc/PID/cmdline`: since OpenSSH 8.2 the listener's title, in which words are
 *   joined by spaces, `sshd: /usr/sbin/sshd -D -o X [listener] 0 of 10-100 startups`; before, its words
 * @param cgroup `/proc/PID/cgroup`, whose last part names the unit
 * @returns undefined for a process that does not listen
 */
export function parseListener(
  pid: number,
  commandLine: string,
  cgroup: string,
): Listener | undefined {
  const text = commandLine.replace(/\0+$/, '');
  const title = /^sshd: (\/.*)$/s.exec(text.replaceAll('\0', ' '))?.[1];
  const words = title === undefined ? text.split('\0') : titleWords(title);
  const [program = '', ...rest] = words;
  if (baseName(program) !== 'sshd' || rest.some((word) => NO_LISTENER.test(word))) return undefined;
  const { configFile, options } = parseSshdArguments(rest.map((word) => ({ text: word })));
  const unit = /\/([^/\n]+\.service)$/m.exec(cgroup.trim())?.[1];
  return {
    pid,
    ...(unit === undefined ? {} : { unit }),
    configFile,
    options: options.map((option) => option.text),
    complete: title === undefined || title.includes(' [listener]'),
  };
}

/** What a listener does: its own options in front of the files as they are now. */
export function listenerStart(
  tree: FileTree,
  version: OpenSshVersion | undefined,
  { configFile, options, unit }: Listener,
): SshdStart {
  const configuration = readConfiguration(tree, configFile, version);
  const given = options.flatMap((text): Setting[] => {
    const statement = parseStatement(text, version, 'option');
    if (statement === undefined || 'problem' in statement) return [];
    const place = { path: 'the running sshd', line: 0 };
    return [{ ...statement, place, ...(unit === undefined ? {} : { unit }), match: [] }];
  });
  return {
    arguments: { configFile, hostKeys: [], options: options.map((text) => ({ text })) },
    variables: new Map(),
    version,
    configuration,
    settings: [...given, ...configuration.lines],
  };
}

/** Splits a title; what follows `-o` up to the next option belongs together. */
function titleWords(title: string): readonly string[] {
  const words: string[] = [];
  let value: 'none' | 'next' | 'open' = 'none';
  for (const word of title.replace(/ \[listener\].*$/s, '').split(' ')) {
    const last = words.length - 1;
    if (word.startsWith('-')) {
      value = !OPTION.test(word) ? 'none' : word.endsWith('o') ? 'next' : 'open';
      words.push(word);
    } else if (value === 'open') words[last] = `${words[last] ?? ''} ${word}`;
    else {
      if (value === 'next') value = 'open';
      words.push(word);
    }
  }
  return words;
}

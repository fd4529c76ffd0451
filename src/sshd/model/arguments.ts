import type { ExpandedWord } from './exec-line.ts';

/** An `-o` option of sshd's command line. */
export interface SshdOption {
  /** `Keyword=value` or `Keyword value`, as given. */
  readonly text: string;
  /** The unit's variable that it came from, if any. */
  readonly variable?: string;
}

/** What matters in sshd's command line (sshd(8)). */
export interface SshdArguments {
  readonly configFile: string;
  readonly options: readonly SshdOption[];
  /** Files given with `-h`. */
  readonly hostKeys: readonly string[];
}

/** Where sshd reads its configuration without `-f`. */
export const CONFIG_FILE = '/etc/ssh/sshd_config';

/** Options of any release that take a value; `-C`, `-E` and others only matter to be skipped. */
const TAKES_VALUE = /[CEbcfghkopu]/;

/** Reads sshd's arguments as getopt(3) does: `-o X`, `-oX`, `-Do X`; `--` ends them. */
export function parseSshdArguments(words: readonly ExpandedWord[]): SshdArguments {
  const options: SshdOption[] = [];
  const hostKeys: string[] = [];
  let configFile = CONFIG_FILE;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]?.text ?? '';
    if (!word.startsWith('-') || word === '-' || word === '--') break;
    const at = word.slice(1).search(TAKES_VALUE) + 1;
    if (at === 0) continue;
    const source = at + 1 < word.length ? words[i] : words[++i];
    const value = at + 1 < word.length ? word.slice(at + 1) : (source?.text ?? '');
    if (word.charAt(at) === 'f') configFile = value;
    if (word.charAt(at) === 'h') hostKeys.push(value);
    if (word.charAt(at) === 'o') {
      const variable = source?.variable;
      options.push(variable === undefined ? { text: value } : { text: value, variable });
    }
  }
  return { configFile, options, hostKeys };
}

/** The arguments that make another sshd (`-t`, `-T`) read what this one reads. */
export function sameConfiguration(args: SshdArguments): readonly string[] {
  return [
    ...(args.configFile === CONFIG_FILE ? [] : ['-f', args.configFile]),
    ...args.hostKeys.flatMap((path) => ['-h', path]),
    ...args.options.flatMap(({ text }) => ['-o', text]),
  ];
}

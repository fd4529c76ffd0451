import { overlay, type FileTree } from '../../system/file-tree.ts';
import { parseUnitFile } from '../../system/unit-file.ts';
import { CONFIG_FILE } from '../model/arguments.ts';
import { commandFacts, type OwnCommand } from '../model/effective.ts';
import { findEntryPoints } from '../model/entry-point.ts';
import { splitUnitWords, type UnitWord } from '../model/exec-line.ts';
import { configurationLines, wiredCommand } from './wired-command.ts';

/**
 * The drop-ins as the scripts of the stock packages (1.1.x) write them: the unit's own command line with
 * the two options more. No package owns them, and they win over every configuration file.
 */
const DROP_IN = 'ec2-instance-connect.conf';
const FOLDERS = ['/usr/lib/systemd/system', '/lib/systemd/system'];
const UNITS = ['ssh.service', 'sshd.service'];

/** What takes the stock package's wiring away: real paths with the text that stays; undefined for none. */
export type StockRetirement = ReadonlyMap<string, string | undefined>;

/**
 * The stock package's drop-ins without its two options. What an administrator has edited in them
 * stays in force; of one that had nothing else nothing stays.
 */
export function retireDropIns(tree: FileTree, own: OwnCommand): StockRetirement {
  const retired = new Map<string, string | undefined>();
  // Where /lib is a link, both paths are one file.
  const folders = isMerged(tree) ? FOLDERS.slice(0, 1) : FOLDERS;
  for (const unit of UNITS) {
    for (const folder of folders) {
      const path = `${folder}/${unit}.d/${DROP_IN}`;
      const text = tree.text(path);
      const left = text === undefined ? undefined : withoutOptions(text, own);
      if (left === undefined || left === text) continue;
      const without = withoutStock(tree, new Map([[path, undefined]]));
      retired.set(path, repeatsUnit(without, unit, left) ? undefined : left);
    }
  }
  return retired;
}

/** The host's files after a retirement, by each of the names that a path has where /lib is a link. */
export function withoutStock(tree: FileTree, retirement: StockRetirement): FileTree {
  if (!isMerged(tree)) return overlay(tree, retirement);
  const again = [...retirement].map(
    ([path, text]) => [path.replace(/^\/usr(?=\/lib\/)/, ''), text] as const,
  );
  return overlay(tree, new Map([...retirement, ...again]));
}

/** Whether /lib is a link to /usr/lib, as on every system since about 2019. */
function isMerged(tree: FileTree): boolean {
  return tree.link('/lib') !== undefined;
}

/**
 * The main file without the two lines that stock packages append to it (Amazon Linux 2), word for word
 * and outside of Match blocks, where they stand.
 */
export function retireLines(tree: FileTree, own: OwnCommand): StockRetirement {
  const text = tree.text(CONFIG_FILE) ?? '';
  const first = text.search(/^[ \t]*match[ \t]/im);
  const lines = own.paths.map(
    (path) => `${configurationLines(wiredCommand({ ...own, path })).join('\n')}\n`,
  );
  const found = lines.find((each) => {
    const at = `\n${text}`.indexOf(`\n${each}`);
    return at !== -1 && (first === -1 || at < first);
  });
  if (found === undefined) return new Map();
  return new Map([[CONFIG_FILE, `\n${text}`.replace(`\n${found}`, '\n').slice(1)]]);
}

/** A unit file's text whose command lines lack our two options. */
function withoutOptions(text: string, own: OwnCommand): string {
  const joined = /^\s*ExecStart\s*=.*\\$/m.test(text) ? text.replace(/\\\n\s*/g, ' ') : text;
  const lines = joined.split('\n').map((line) => {
    const [, key, exec] = /^(\s*ExecStart\s*=\s*)(.+)$/.exec(line) ?? [];
    const words = exec === undefined ? undefined : splitUnitWords(exec);
    const kept = words?.filter((_, index) => !isOurs(words, index, own));
    if (key === undefined || kept === undefined || kept.length === words?.length) return line;
    return key + kept.map(({ raw }) => raw).join(' ');
  });
  const stripped = lines.join('\n');
  return stripped === joined ? text : stripped;
}

/** Whether a word is one of our options, or the `-o` in front of one. */
function isOurs(words: readonly UnitWord[], index: number, own: OwnCommand): boolean {
  const text = words[index]?.text ?? '';
  if (text === '-o') return isOurOption(words[index + 1]?.text ?? '', own);
  if (text.startsWith('-o')) return isOurOption(text.slice(2), own);
  return words[index - 1]?.text === '-o' && isOurOption(text, own);
}

function isOurOption(option: string, own: OwnCommand): boolean {
  const [, keyword = '', value = ''] = /^(\w+)\s*[=\s]\s*(.*)$/s.exec(option) ?? [];
  if (/^AuthorizedKeysCommandUser$/i.test(keyword)) return value === own.user;
  return /^AuthorizedKeysCommand$/i.test(keyword) && commandFacts(value, own, undefined).ours;
}

/**
 * Whether what is left of a drop-in only repeats the command line that the unit has without it.
 * @param without the host's files but for the drop-in
 */
function repeatsUnit(without: FileTree, unit: string, left: string): boolean {
  const entries = parseUnitFile(left).filter(({ value }) => value !== '');
  const [only, ...more] = entries;
  if (only?.section !== 'Service' || only.key !== 'ExecStart' || more.length > 0) return false;
  const { entryPoints } = findEntryPoints(without);
  const entry = entryPoints.find((each) => {
    return each.unit?.name === unit || each.unit?.aliases.includes(unit) === true;
  });
  return entry?.exec !== undefined && sameWords(entry.exec.text, only.value);
}

function sameWords(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => splitUnitWords(text)?.map((word) => word.text));
  return JSON.stringify(first) === JSON.stringify(second);
}

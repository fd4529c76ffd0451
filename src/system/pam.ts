import { baseName, type FileTree, type Place } from './file-tree.ts';
import { longLines } from './rule-lists.ts';

/** A module that PAM asks whether an account may be used: a line of pam.conf(5), `account` type. */
export interface PamModule {
  readonly place: Place;
  /** The module's file name, such as `pam_access.so`. */
  readonly name: string;
  readonly args: readonly string[];
  /**
   * Whether its refusal ends the login for certain: `required`, `requisite` or `default=bad` or
   * `die`, and no module before it can end the stack or jump over it.
   */
  readonly isDecisive: boolean;
  /** Whether PAM minds that the module does not exist: not with `-` in front, or where it is ignored. */
  readonly isMissed: boolean;
}

/** The value of a module's argument `name=value`; undefined where it is not given. */
export function moduleOption(args: readonly string[], name: string): string | undefined {
  return args.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The modules that are asked for an account, in PAM's order. */
export interface PamStack {
  readonly modules: readonly PamModule[];
  /** Files that are included and do not exist, at which PAM refuses everybody. */
  readonly missing: readonly (Place & { readonly file: string })[];
}

/** Where services are configured: the administrator's files, then the distribution's. */
const FOLDERS = ['/etc/pam.d', '/usr/lib/pam.d'];

/** Deeper than any stack; PAM itself ends at 32. */
const MAX_DEPTH = 16;

interface Line {
  readonly place: Place;
  readonly control: string;
  readonly module: string;
  readonly args: readonly string[];
  readonly isSilent: boolean;
}

/**
 * Reads the account stack of a service with all that it includes. A service without a file, or
 * without account lines, has that of `other` (pam.d(5)).
 * @param service such as `sshd`
 */
export function readAccountStack(tree: FileTree, service: string): PamStack {
  const reader = new Reader(tree);
  reader.read(service, 0);
  if (reader.lines.length === 0 && reader.missing.length === 0) reader.read('other', 0);
  return { modules: judged(reader.lines), missing: reader.missing };
}

class Reader {
  readonly lines: Line[] = [];
  readonly missing: (Place & { file: string })[] = [];
  readonly #tree: FileTree;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  read(service: string, depth: number, from?: Place): void {
    const paths = service.startsWith('/') ? [service] : FOLDERS.map((each) => `${each}/${service}`);
    const path = paths.find((each) => this.#tree.text(each) !== undefined);
    if (path === undefined) {
      if (from !== undefined) this.missing.push({ ...from, file: service });
      return;
    }
    if (depth > MAX_DEPTH) return;
    for (const { words, line } of statements(this.#tree.text(path) ?? '')) {
      this.#add(words, { path, line }, depth);
    }
  }

  #add(words: readonly string[], place: Place, depth: number): void {
    const [type = '', control = '', module = '', ...args] = words;
    // Debian's own, which takes lines of every type.
    if (type === '@include') this.read(control, depth + 1, place);
    if (!/^-?account$/i.test(type) || module === '') return;
    if (control === 'include' || control === 'substack') this.read(module, depth + 1, place);
    else this.lines.push({ place, control, module, args, isSilent: type.startsWith('-') });
  }
}

/** The lines' words; brackets keep words together. */
function statements(text: string): { words: readonly string[]; line: number }[] {
  return longLines(text.replace(/#.*$/gm, ''), ' ').flatMap((long) => {
    const words = long.text.match(/\[[^\]]*\]|\S+/g);
    return words === null ? [] : [{ words, line: long.line }];
  });
}

function judged(lines: readonly Line[]): readonly PamModule[] {
  let sureFrom = 0;
  return lines.map(({ place, control, module, args, isSilent }, index): PamModule => {
    const { refusal, unknown, success } = actions(control);
    const isDecisive = index >= sureFrom && (refusal === 'bad' || refusal === 'die');
    const isMissed = !isSilent && index >= sureFrom && (unknown === 'bad' || unknown === 'die');
    if (success === 'done') sureFrom = Infinity;
    else if (/^[0-9]+$/.test(success)) sureFrom = Math.max(sureFrom, index + 1 + Number(success));
    return { place, name: baseName(module), args, isDecisive, isMissed };
  });
}

/** What follows on a refusal, on a module that does not exist, and on a success. */
function actions(control: string): { refusal: string; unknown: string; success: string } {
  const simple: Readonly<Record<string, readonly [string, string]>> = {
    required: ['bad', 'ok'],
    requisite: ['die', 'ok'],
    sufficient: ['ignore', 'done'],
    optional: ['ignore', 'ok'],
  };
  const known = simple[control.toLowerCase()];
  if (known !== undefined) return { refusal: known[0], unknown: known[0], success: known[1] };
  const pairs = new Map(
    control
      .replace(/^\[|\]$/g, '')
      .split(/\s+/)
      .map((pair): [string, string] => {
        const [name = '', action = ''] = pair.split('=');
        return [name, action];
      }),
  );
  const rest = pairs.get('default') ?? 'ignore';
  return {
    refusal: pairs.get('perm_denied') ?? rest,
    unknown: pairs.get('module_unknown') ?? rest,
    success: pairs.get('success') ?? rest,
  };
}

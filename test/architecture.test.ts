import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../scripts/build/bundle.ts';
import { VERSION } from '../src/version.ts';
import { readSources, type Import, type SourceFile } from './support/sources.ts';

const ROOT = join(import.meta.dirname, '..');
const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const SOURCES = readSources('src');

/** The pure folders and what each may load from others. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  verdict: [],
  encoding: [],
  asn1: ['verdict'],
  x509: ['asn1', 'encoding', 'verdict'],
  ocsp: ['asn1', 'x509', 'verdict'],
  signer: ['asn1', 'encoding', 'x509', 'ocsp', 'verdict'],
  ssh: ['encoding', 'verdict'],
  authorize: ['encoding', 'signer', 'ssh', 'x509', 'verdict'],
  'sshd/model': ['ssh', 'system', 'verdict'],
  'sshd/plan': ['sshd/model', 'ssh', 'system', 'helpers', 'verdict'],
};

/** The edges likewise; besides, they may take types from whatever is pure. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  system: ['verdict'],
  imds: ['verdict'],
  host: ['verdict', 'system'],
  log: ['authorize', 'system', 'verdict'],
  helpers: ['ssh', 'system', 'verdict'],
  sshd: ['sshd/model', 'sshd/plan', 'ssh', 'system', 'helpers', 'verdict'],
  'verify-install': [...Object.keys(PURE), 'system', 'imds', 'host', 'log', 'helpers', 'sshd'],
  login: [...Object.keys(PURE), 'system', 'imds', 'host', 'log', 'helpers'],
};

/** A constant that everybody may know. */
const VERSION_FILE = 'src/version.ts';

/** Files of an edge that are as pure as the pure folders. */
const PURE_FILES = [
  VERSION_FILE,
  'src/imds/documents.ts',
  'src/imds/limits.ts',
  'src/system/accounts.ts',
  'src/system/file-tree.ts',
  'src/system/name-service.ts',
  'src/system/nearest-names.ts',
  'src/system/path-safety.ts',
  'src/system/unit-file.ts',
  'src/system/unit.ts',
  'src/log/events.ts',
  'src/log/printable.ts',
  'src/helpers/names.ts',
  'src/helpers/result.ts',
  'src/helpers/arguments.ts',
  'src/helpers/output.ts',
  'src/verify-install/check.ts',
  'src/verify-install/manifest.ts',
  'src/verify-install/prometheus.ts',
  'src/verify-install/report.ts',
  'src/verify-install/phrases.ts',
  'src/verify-install/report-text.ts',
  'src/verify-install/wrap.ts',
  'src/verify-install/witnesses.ts',
];

/** Why an edge is not there, in the words that a failing test shows. */
const WHY = {
  pure: 'the core takes time, trust and bytes as values, so that every refusal is a test of a few lines',
  order: 'each part rests only on those that ARCHITECTURE.md names for it',
  edges: 'edges do not know each other: login/ and cli/ join them',
  tests: 'nothing that ships may depend on what tests it or builds it',
  main: 'main.ts is the root of the composition: it is called, and nothing calls it',
  packages: 'only the edges have runtime packages, and each of the three has one place',
  yargs: 'yargs costs more time than everything else that a login does',
} as const;

/** The part of `src` that a file belongs to: the deepest folder with a rule, else its own; '' for main.ts. */
function partOf(path: string): string {
  const folder = dirname(path).replace(/^src\/?/, '');
  const known = [...Object.keys(PURE), ...Object.keys(EDGES)];
  const [deepest] = known
    .filter((name) => folder === name || folder.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length);
  return deepest ?? folder;
}
const isPure = (path: string): boolean =>
  Object.hasOwn(PURE, partOf(path)) || PURE_FILES.includes(path);
const isOurs = ({ target }: Import): boolean => target.startsWith('src/');

/** `file -> target: why` for each import that the rule finds wrong. */
function wrongImports(
  files: readonly SourceFile[],
  why: string,
  isWrong: (found: Import, file: SourceFile) => boolean,
): readonly string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((found) => isWrong(found, file))
      .map(({ target }) => `${file.path} -> ${target}: ${why}`),
  );
}

/** The first circle through each node, as the nodes on it. */
function circles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): void => {
    const at = way.indexOf(node);
    if (at !== -1) found.push([...way.slice(at), node].join(' -> '));
    if (at !== -1 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

describe('circles', () => {
  it('are found, however long', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
    ]);
    expect(circles(graph)).toEqual(['a -> b -> c -> a']);
  });
});

describe('the folders of src', () => {
  const present = [...new Set(SOURCES.map(({ path }) => partOf(path)))].filter(
    (part) => part !== '',
  );

  it('have a row in ARCHITECTURE.md and a rule here, of the same kind', () => {
    const rows = readText('ARCHITECTURE.md').matchAll(
      /^\| `([a-z0-9/-]+)\/` \|.*\| (pure|edge) \|/gm,
    );
    const kinds = Object.fromEntries([...rows].map(([, folder = '', kind]) => [folder, kind]));
    expect(Object.keys(kinds).sort()).toEqual(present.toSorted());
    for (const part of present.filter((name) => name !== 'cli')) {
      expect([part, part in PURE ? 'pure' : part in EDGES ? 'edge' : 'no rule']).toEqual([
        part,
        kinds[part],
      ]);
    }
    expect(PURE_FILES.filter((path) => !SOURCES.some((file) => file.path === path))).toEqual([]);
  });

  it('leave no file without a row: what stands in none of them has its own', () => {
    const alone = SOURCES.map(({ path }) => path).filter((path) => partOf(path) === '');
    const rows = readText('ARCHITECTURE.md').matchAll(/^\| `([a-z0-9-]+\.ts)` \|/gm);
    const named = [...rows].map(([, name = '']) => `src/${name}`);
    expect(named.toSorted()).toEqual(alone.toSorted());
  });

  it('and their files stand in no circle', () => {
    const files = new Map(
      SOURCES.map(({ path, imports }) => [path, imports.map(({ target }) => target)]),
    );
    expect(circles(files)).toEqual([]);
    const parts = new Map<string, string[]>();
    for (const { path, imports } of SOURCES) {
      const part = partOf(path) === '' ? path : partOf(path);
      const targets = imports.filter(isOurs).map(({ target }) => partOf(target) || target);
      parts.set(part, [...(parts.get(part) ?? []), ...targets.filter((target) => target !== part)]);
    }
    expect(circles(parts)).toEqual([]);
  });

  it('load only what stands below them', () => {
    const isWrong = (found: Import, file: SourceFile): boolean => {
      const [from, to] = [partOf(file.path), partOf(found.target)];
      const allowed = PURE[from] ?? EDGES[from];
      if (!isOurs(found) || from === to || found.target === VERSION_FILE) return false;
      if (allowed === undefined) return false;
      if (from in EDGES && found.kind === 'type' && isPure(found.target)) return false;
      return !allowed.includes(to);
    };
    expect(wrongImports(SOURCES, WHY.order, isWrong)).toEqual([]);
  });

  it('are not joined at the edges but in login and cli', () => {
    const edges = ['imds', 'host', 'log'];
    const isWrong = (found: Import, file: SourceFile): boolean =>
      isOurs(found) &&
      partOf(file.path) !== partOf(found.target) &&
      edges.includes(partOf(found.target));
    const files = SOURCES.filter(({ path }) => edges.includes(partOf(path)));
    expect(wrongImports(files, WHY.edges, isWrong)).toEqual([]);
  });

  it('have nothing that loads main.ts', () => {
    expect(wrongImports(SOURCES, WHY.main, ({ target }) => target === 'src/main.ts')).toEqual([]);
  });

  it('have nothing that loads a test or a script', () => {
    const isWrong = ({ target }: Import): boolean => /^(test|scripts|packaging)\//.test(target);
    expect(wrongImports(SOURCES, WHY.tests, isWrong)).toEqual([]);
  });
});

describe('the real world', () => {
  /** What reaches it, and the file that has it. */
  const REAL = [
    ['identifyMachine(', 'src/host/machine.ts'],
    ['readTrustStore(', 'src/host/trust-store.ts'],
    ['new ImdsClient(', 'src/imds/client.ts'],
    ['writeSyslog', 'src/log/syslog.ts'],
    ['startDeadline', 'src/login/deadline.ts'],
    ['hostEdges', 'src/sshd/host.ts'],
    ['installHost', 'src/verify-install/host-edges.ts'],
  ] as const;

  it.each(REAL)('is put together in edges.ts alone: %s', (name, home) => {
    const word = new RegExp(`(^|[^.\\w])(import.*\\b)?${name.replaceAll('(', '')}\\b`);
    const users = SOURCES.filter(
      ({ path, imports }) =>
        imports.some(({ target, kind }) => target === home && kind !== 'type') &&
        word.test(readText(path)),
    );
    expect(
      users.map(({ path }) => path),
      WHY.main,
    ).toEqual(['src/edges.ts']);
  });
});

describe('what is pure', () => {
  const pure = SOURCES.filter(({ path }) => isPure(path));

  it('imports what is pure, and node:crypto', () => {
    const isWrong = (found: Import): boolean =>
      isOurs(found)
        ? !isPure(found.target) && found.kind !== 'type'
        : found.target !== 'node:crypto';
    expect(wrongImports(pure, WHY.pure, isWrong)).toEqual([]);
  });

  it.each(pure.map((file) => [file.path, file] as const))(
    '%s has no world, clock or chance of its own',
    (_, file) => {
      expect(file.ambient).toEqual([]);
    },
  );
});

describe('the packages of npm', () => {
  const HOMES: Readonly<Record<string, RegExp>> = {
    'node-fetch': /^src\/imds\/client\.ts$/,
    pino: /^src\/log\/logger\.ts$/,
    yargs: /^src\/cli\/[a-z-]*(program|command|command-line)\.ts$/,
  };

  it('are the three that the program has, each in its place', () => {
    const isWrong = (found: Import, file: SourceFile): boolean =>
      !isOurs(found) &&
      !found.target.startsWith('node:') &&
      HOMES[found.target]?.test(file.path) !== true;
    expect(wrongImports(SOURCES, WHY.packages, isWrong)).toEqual([]);
    const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: object };
    expect(Object.keys(dependencies).sort()).toEqual(Object.keys(HOMES).sort());
  });
});

/** Every module that is loaded with a file: static imports, and what they import. */
function loadedWith(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const file = SOURCES.find((source) => source.path === path);
  for (const { target, kind } of file?.imports ?? [])
    if (kind === 'static') loadedWith(target, seen);
  return seen;
}

describe('the path that sshd takes', () => {
  it('has a login on it, but no yargs', () => {
    const loaded = loadedWith('src/main.ts');
    expect(loaded).toContain('src/login/answer.ts');
    expect(
      [...loaded].filter((module) => module.includes('yargs')),
      WHY.yargs,
    ).toEqual([]);
  });

  it('has none of what only a person needs', () => {
    const loaded = [...loadedWith('src/main.ts')].filter((module) =>
      /^src\/(sshd\/plan|verify-install)\//.test(module),
    );
    expect(loaded).toEqual([]);
  });

  it('reaches yargs only where main.ts asks for it', () => {
    const dynamic = SOURCES.flatMap(({ path, imports }) =>
      imports.filter(({ kind }) => kind === 'dynamic').map(({ target }) => [path, target]),
    );
    expect(dynamic.filter(([, target]) => loadedWith(target ?? '').has('yargs'))).toEqual([
      ['src/main.ts', 'src/cli/program.ts'],
    ]);
  });
});

describe('the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  let inputs: readonly string[];
  let external: ReadonlySet<string>;
  beforeAll(async () => {
    const metafile = await bundle(join(folder, 'bundle.cjs'));
    inputs = Object.keys(metafile.inputs);
    const outputs = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
    external = new Set(outputs.map(({ path }) => path.replace(/^node:/, '')));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has every source of the program in it, and nothing of the tests', () => {
    expect(inputs).toContain('src/main.ts');
    expect(inputs.filter((path) => /(^|\/)(test|packaging)\//.test(path))).toEqual([]);
    const scripts = inputs.filter((path) => path.startsWith('scripts/'));
    expect(scripts.filter((path) => !path.startsWith('scripts/build/'))).toEqual([]);
  });

  it('has no development package in it', () => {
    const { devDependencies } = JSON.parse(readText('package.json')) as { devDependencies: object };
    const packages = new Set(
      inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
    );
    expect(Object.keys(devDependencies).filter((name) => packages.has(name))).toEqual([]);
  });

  it('loads nothing of Node that could reach further or unpack what comes', () => {
    const forbidden = [
      'https',
      'http2',
      'tls',
      'dns',
      'dgram',
      'zlib',
      'worker_threads',
      'vm',
      'inspector',
    ];
    expect(forbidden.filter((name) => external.has(name))).toEqual([]);
    expect(external).toContain('http');
  });

  it('has nothing of node-fetch for forms, files and data URLs', () => {
    const unused =
      /node_modules\/(fetch-blob|formdata-polyfill|data-uri-to-buffer|web-streams-polyfill)\//;
    expect(inputs.filter((path) => unused.test(path))).toEqual([]);
  });
});

describe('the files of src', () => {
  it.each(SOURCES.map((file) => [file.path, file] as const))(
    '%s is short enough to be read at once',
    (_, file) => {
      expect(file.lines).toBeLessThanOrEqual(300);
      expect(file.longest.lines, file.longest.name).toBeLessThanOrEqual(40);
    },
  );
});

describe('the version', () => {
  it('is the same in the program and in package.json', () => {
    expect((JSON.parse(readText('package.json')) as { version: string }).version).toBe(VERSION);
  });
});

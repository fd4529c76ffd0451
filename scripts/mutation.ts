/** Breaks the code in one place after the other and sees whether a test notices: `npm run mutation`. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { HOST } from '../vitest.config.ts';
import { runScript } from './options.ts';

const CORE = [
  'asn1',
  'authorize',
  'encoding',
  'imds/documents.ts',
  'ocsp',
  'signer',
  'ssh',
  'x509',
];
const READERS = 'test/unit/{limits,appended-null}.test.ts';
/** The tests that a mutant of a folder meets, beside the unit tests of the folder's name. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  asn1: ['test/unit/x509/*.test.ts', READERS, 'test/property/asn1.test.ts'],
  authorize: ['test/vectors/key.test.ts', READERS, 'test/property/{key-body,render}.test.ts'],
  imds: ['test/property/documents.test.ts'],
  log: ['test/property/printable.test.ts'],
  ocsp: ['test/vectors/signer.test.ts', READERS],
  signer: ['test/{suites,vectors}/s*.test.ts', READERS, 'test/property/signer.test.ts'],
  ssh: ['test/property/{fingerprint,public-key,user-name}.test.ts'],
  sshd: ['test/property/sshd-*.test.ts'],
  x509: ['test/{suites,vectors}/s*.test.ts', READERS, 'test/property/x509.test.ts'],
};
/** They mock a module, or the clock of the vectors, which a process with other tests in it cannot. */
const ALONE = ['test/unit/signer/ocsp-staple-cost.test.ts', 'test/vectors/details.test.ts'];
/** They need programs of the host, and start the source in a process of its own with the mutant on. */
const HANDED_ON = ['test/unit/log/syslog.test.ts'];
const HELP = `usage: npm run mutation -- [FOLDER ...]

Breaks the source in one place after the other (Stryker) and runs the tests that reach the place, those alone that
need no other process (for log/syslog.ts, those that start one as well). Names each change that no test has noticed,
and the score by file.

  FOLDER   a folder or a file of src, such as signer or ssh/wire.ts (default: the core,
           ${CORE.join(', ')})

Takes from one minute (encoding) to half an hour (the core) on two cores. Mutants in code that runs only while
a module is loaded are left out. The whole report is dist/mutation/report.json.
`;
const CONFIGURATION = 'test/mutation/stryker.config.json';
const REPORT = 'dist/mutation/report.json';

/** What of Stryker's report is used here. */
interface Report {
  readonly files: Readonly<
    Record<string, { readonly mutants: readonly { readonly status: string }[] }>
  >;
}

/** The pattern of the files that an argument means. */
function patternOf(argument: string): string {
  const path = `src/${relative('src', argument.startsWith('src') ? argument : `src/${argument}`)}`;
  if (!existsSync(path)) throw new Error(`expected a folder or a file of src, found ${argument}`);
  return statSync(path).isDirectory() ? `${path}/**/*.ts` : path;
}

/** The test files for files of src: of those that start programs of the host, the ones that know how. */
function testsFor(patterns: readonly string[]): readonly string[] {
  const folders = new Set(patterns.map((pattern) => pattern.split('/')[1] ?? ''));
  const tests = [...folders].flatMap((folder) => [
    `test/unit/${folder}/**/*.test.ts`,
    ...(ALSO[folder] ?? []),
  ]);
  const apart = [...HOST.filter((path) => !HANDED_ON.includes(path)), ...ALONE];
  return globSync(tests).filter((path) => !apart.includes(path));
}

/** Killed in per cent of those that count: a mutant that times out has been noticed too. */
function scores(report: Report): readonly string[] {
  const rows = Object.entries(report.files).map(([file, { mutants }]) => {
    const count = (...statuses: readonly string[]): number =>
      mutants.filter(({ status }) => statuses.includes(status)).length;
    const killed = count('Killed', 'Timeout');
    return { file, killed, all: killed + count('Survived', 'NoCoverage') };
  });
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const whole = { file: 'whole', killed: sum((row) => row.killed), all: sum((row) => row.all) };
  return [...rows, whole].map(({ file, killed, all }) => {
    const score = all === 0 ? '-' : ((100 * killed) / all).toFixed(1);
    return `${score.padStart(6)} %  ${`${killed} of ${all}`.padStart(14)}  ${file}`;
  });
}

await runScript(() => {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(HELP);
    return;
  }
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const patterns = (positionals.length > 0 ? positionals : CORE).map(patternOf);
  const run = ['run', CONFIGURATION, '--mutate', patterns.join(',')];
  const env = { ...process.env, EIC_MUTATION_TESTS: testsFor(patterns).join(' ') };
  const { status } = spawnSync('stryker', run, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`stryker ended with ${status}`);
  console.log(scores(JSON.parse(readFileSync(REPORT, 'utf8')) as Report).join('\n'));
});

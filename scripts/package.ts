/** Makes the packages: `npm run package`; HELP says what and how. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { programCommandLine } from '../src/cli/program.ts';
import { realEdges } from '../src/edges.ts';
import { Run } from '../src/login/run.ts';
import { bundle } from './build/bundle.ts';
import { beginArtefact } from './build/stamp.ts';
import { readOptions, runScript, UsageError } from './options.ts';
import { billOfMaterials } from './package/bill-of-materials.ts';
import { currentBuild, NOBODY, parseMaintainer, type Build } from './package/build.ts';
import { copyTaken } from './package/debian.ts';
import { packDeb } from './package/deb.ts';
import { makeLauncher } from './package/launcher.ts';
import { bundledModules, copyrightFile, licenseTexts } from './package/licenses.ts';
import { entriesOf, type Family } from './package/manifest.ts';
import { renderManual } from './package/manual.ts';
import { makeProgram, officialNode } from './package/program.ts';
import { packRpm } from './package/rpm.ts';
import { installRuntime, takeRuntime, type Runtime } from './package/runtime.ts';
import { makePolicyModule } from './package/selinux.ts';
import { stageTree } from './package/stage.ts';
import { TARGETS, type Target } from './package/target.ts';

const HELP = `usage: npm run package -- [option ...]

Makes the deb and rpm packages of both architectures. Needs root, a Debian or
Ubuntu on x86-64, and 3 minutes; installs the Debian packages of scripts/package-packages.txt that are missing.

The private C library and its friends come from the Debian release of packaging/runtime.json, in the versions
that it has today. OUTPUT/runtime keeps what was taken, with digests; --runtime makes the same packages of it.

  --output FOLDER    where the packages go (default dist/packages); what is in it is deleted
  --level 0-9        how hard xz tries (default 6); 0 is quick, for tests
  --only x64|arm64   one architecture
  --mirror URL       a Debian mirror, http://HOST/debian (default: that of this machine's apt, or EIC_MIRROR)
  --runtime FOLDER   the runtime folder of an earlier build, instead of what Debian has today
  --maintainer 'NAME <ADDRESS>'
                     whom the packages name: you, who build and sign them (default: an address that
                     does not exist; give one for packages that leave your machine)
  --help             this text

Exit status: 0 when everything was made, 1 when something failed, 2 for bad usage.
`;
const MANUALS = ['ec2-instance-connect.8', 'eic_run_authorized_keys.8'] as const;

function writeCompressed(path: string, text: string): void {
  writeFileSync(path, gzipSync(text, { level: 9 }));
}

/** Makes everything that manifest entries call `build/…` for one architecture. */
function makeParts(build: Build, runtime: Runtime, code: Code, folder: string): void {
  const { target } = runtime;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  installRuntime(runtime, join(folder, 'lib'));
  makeLauncher(target, join(folder, 'launch'));
  makeProgram(runtime, code.path, join(folder, 'program'), join(folder, 'work'));
  makePolicyModule(folder);
  for (const name of MANUALS) {
    const template = readFileSync(join('packaging/man', name), 'utf8');
    const release = { version: build.version, date: build.release.date };
    const page = renderManual(template, release, programCommandLine(realEdges(new Run())));
    writeCompressed(join(folder, `${name}.gz`), page);
  }
  writeCompressed(join(folder, 'changelog.Debian.gz'), build.debianChangelog);
  writeCompressed(join(folder, 'licenses.gz'), licenseTexts(runtime, code.modules));
  writeFileSync(join(folder, 'copyright'), copyrightFile(runtime, code.modules));
  writeCompressed(join(folder, 'bom.cdx.json.gz'), billText(build, runtime, code));
}

/** What ends in the package of one architecture, with versions, licenses and digests. */
function billText(build: Build, { target, taken }: Runtime, code: Code): string {
  const executable = readFileSync(officialNode(target));
  const sha256 = createHash('sha256').update(executable).digest('hex');
  const node = { version: process.version.slice(1), sha256 };
  const bill = billOfMaterials(code.inputs, build.version, node, taken.packages);
  return `${JSON.stringify(bill, null, 1)}\n`;
}

/** The bundled program, the files that it is made of and the npm packages among them. */
interface Code {
  readonly path: string;
  readonly inputs: readonly string[];
  readonly modules: readonly string[];
}

function packFamily(build: Build, family: Family, target: Target, work: string): string {
  const entries = entriesOf(family, target);
  const tree = join(work, `${family}-${target.node}`);
  stageTree(family, `${build.version}-${build.revision}`, entries, join(work, target.node), tree);
  return family === 'deb' ? packDeb(build, target, tree) : packRpm(build, target, entries, tree);
}

const options = readOptions(
  HELP,
  {
    output: { type: 'string', default: 'dist/packages' },
    level: { type: 'string', default: '6' },
    only: { type: 'string' },
    mirror: { type: 'string' },
    runtime: { type: 'string' },
    maintainer: { type: 'string', default: NOBODY },
  },
  ({ level, only, mirror, runtime, maintainer }) => {
    parseMaintainer(maintainer);
    if (!/^[0-9]$/.test(level)) throw new UsageError(`--level is 0 to 9, not '${level}'`);
    if (only !== undefined && !TARGETS.some(({ node }) => node === only)) {
      throw new UsageError(`--only is x64 or arm64, not '${only}'`);
    }
    if (mirror !== undefined && runtime !== undefined) {
      throw new UsageError('--mirror and --runtime exclude each other');
    }
  },
);
await runScript(makePackages);

async function makePackages(): Promise<void> {
  execFileSync('scripts/prepare.sh', ['scripts/package-packages.txt'], { stdio: 'inherit' });
  const output = resolve(options.output);
  const work = `${output}.work`;
  const build = currentBuild(output, Number(options.level), parseMaintainer(options.maintainer));
  const targets = TARGETS.filter(({ node }) => node === (options.only ?? node));
  const origin = { mirror: options.mirror, recorded: options.runtime };
  const runtimes = targets.map((target) => takeRuntime(target, origin));
  const made = beginArtefact('packages', join(output, 'stamp'));
  for (const folder of [output, work]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const path = join(work, 'bundle.cjs');
  const metafile = await bundle(path);
  // Kept with the release and shipped in no package: whoever reports a stack does not need it, we do.
  copyFileSync(`${path}.map`, join(output, `ec2-instance-connect_${build.version}.map`));
  const inputs = Object.keys(metafile.inputs);
  const code: Code = { path, inputs, modules: bundledModules(inputs) };
  for (const runtime of runtimes) {
    const { target, taken } = runtime;
    makeParts(build, runtime, code, join(work, target.node));
    for (const family of ['deb', 'rpm'] as const) {
      const file = packFamily(build, family, target, work);
      const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
      console.log(`${sha256}  ${basename(file)}  ${statSync(file).size} bytes`);
    }
    copyTaken(taken, join(output, 'runtime', target.deb));
  }
  rmSync(work, { recursive: true });
  made();
}

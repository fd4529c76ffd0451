/**
 * Makes the packages: `node scripts/package.ts [--output FOLDER] [--level 0-9] [--only x64|arm64]`.
 * Needs root (a mount namespace), gcc for both architectures, qemu-user-static, dpkg-deb and rpmbuild.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundle } from './build/bundle.ts';
import { currentBuild, type Build } from './package/build.ts';
import { packDeb } from './package/deb.ts';
import { makeLauncher } from './package/launcher.ts';
import { bundledModules, copyrightFile, licenseTexts } from './package/licenses.ts';
import { entriesOf, type Family } from './package/manifest.ts';
import { renderManual } from './package/manual.ts';
import { makeProgram } from './package/program.ts';
import { packPolicyRpm, packRpm } from './package/rpm.ts';
import { installRuntime } from './package/runtime.ts';
import { stageTree } from './package/stage.ts';
import { TARGETS, type Target } from './package/target.ts';

const MANUALS = ['ec2-instance-connect.8', 'eic_run_authorized_keys.8'] as const;

function writeCompressed(path: string, text: string): void {
  writeFileSync(path, gzipSync(text, { level: 9 }));
}

/** Makes everything that manifest entries call `build/…` for one architecture. */
function makeParts(build: Build, target: Target, code: Code, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  installRuntime(target, join(folder, 'lib'));
  makeLauncher(target, join(folder, 'launch'));
  makeProgram(target, code.path, join(folder, 'program'), join(folder, 'work'));
  for (const name of MANUALS) {
    const template = readFileSync(join('packaging/man', name), 'utf8');
    const page = renderManual(template, build.version, build.release.date);
    writeCompressed(join(folder, `${name}.gz`), page);
  }
  writeCompressed(join(folder, 'changelog.Debian.gz'), build.debianChangelog);
  writeCompressed(join(folder, 'licenses.gz'), licenseTexts(target, code.modules));
  writeFileSync(join(folder, 'copyright'), copyrightFile(code.modules));
}

/** The bundled program and the npm packages in it. */
interface Code {
  readonly path: string;
  readonly modules: readonly string[];
}

function packFamily(build: Build, family: Family, target: Target, work: string): string {
  const entries = entriesOf(family, target);
  const tree = join(work, `${family}-${target.node}`);
  stageTree(family, `${build.version}-${build.revision}`, entries, join(work, target.node), tree);
  return family === 'deb' ? packDeb(build, target, tree) : packRpm(build, target, entries, tree);
}

const { values: options } = parseArgs({
  options: {
    output: { type: 'string', default: 'dist/packages' },
    level: { type: 'string', default: '6' },
    only: { type: 'string' },
  },
});
const output = resolve(options.output);
const work = `${output}.work`;
const build = currentBuild(output, Number(options.level));
for (const folder of [output, work]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const path = join(work, 'bundle.cjs');
const metafile = await bundle(path);
// Kept with the release and shipped in no package: whoever reports a stack does not need it, we do.
copyFileSync(`${path}.map`, join(output, `ec2-instance-connect_${build.version}.map`));
const code: Code = { path, modules: bundledModules(Object.keys(metafile.inputs)) };
for (const target of TARGETS.filter(
  ({ node }) => options.only === undefined || options.only === node,
)) {
  makeParts(build, target, code, join(work, target.node));
  for (const family of ['deb', 'rpm'] as const) {
    const made = packFamily(build, family, target, work);
    console.log(`${basename(made)}: ${statSync(made).size} bytes`);
  }
}
console.log(basename(packPolicyRpm(build, work)));
rmSync(work, { recursive: true });

/** Makes the rpm. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Build } from './build.ts';
import type { Entry } from './manifest.ts';
import { run } from './process.ts';
import { MANIFEST_PATH } from './stage.ts';
import type { Target } from './target.ts';
import { fillTemplate } from './template.ts';

const SCRIPTS = ['pre', 'post', 'posttrans', 'preun', 'postun', 'trigger'] as const;

/** One line of %files (rpm-spec(7)); the tree's own modes are not looked at. */
function fileLine(entry: Entry): string {
  if (entry.type === 'directory') return `%dir %attr(${entry.mode}, root, root) ${entry.path}`;
  if (entry.type === 'link') return `${entry.ghost ? '%ghost ' : ''}${entry.path}`;
  const isCompletion = entry.source.startsWith('packaging/completion/');
  const doc = entry.documentation && !isCompletion ? '%doc ' : '';
  return `${doc}%attr(${entry.mode}, root, root) ${entry.path}`;
}

/**
 * Settings that make the same bytes of the same tree everywhere, and nothing of the build machine's habits: no stripping
 * of the program (it would lose its blob), no links to build ids, dates and host from the changelog.
 */
function macros(build: Build, work: string): string[] {
  const settings: Readonly<Record<string, string>> = {
    _topdir: work,
    _rpmdir: build.output,
    _build_name_fmt: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
    _buildhost: 'reproducible',
    _build_id_links: 'none',
    // rpm 6 would build format 6, which rpm 4.11 cannot unpack.
    _rpmformat: '4',
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    source_date_epoch_from_changelog: '0',
    _binary_payload: `w${build.level}.xzdio`,
    packager: `${build.packager.name} <${build.packager.mail}>`,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
}

/**
 * Builds an rpm from a filled-in spec file and a staged tree.
 * @param architecture rpm's name of it
 */
export function buildRpm(
  build: Build,
  spec: string,
  tree: string,
  architecture: string,
  work: string,
): void {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const path = join(work, 'package.spec');
  writeFileSync(path, spec);
  const args = ['-bb', '--target', `${architecture}-linux`, '--noclean', '--nodeps'];
  const where = ['--buildroot', resolve(tree), ...macros(build, resolve(work))];
  run('rpmbuild', [...args, ...where, path], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(build.time) },
  });
}

/** The text of a maintainer script by its name in packaging/rpm. */
export function readScript(name: string): string {
  return readFileSync(join('packaging/rpm', name), 'utf8');
}

/** Maintainer scripts as a spec file takes them: rpm expands `%`. */
function scriptValues(
  names: readonly string[],
  textOf: (name: string) => string,
): Readonly<Record<string, string>> {
  const values = names.map((name) => {
    return [name.toUpperCase(), textOf(name).replaceAll('%', '%%')] as const;
  });
  return Object.fromEntries(values);
}

/**
 * Packs a staged tree into an rpm.
 * @param scriptOf gives the text of a maintainer script
 * @returns the path of the rpm
 */
export function packRpm(
  build: Build,
  target: Target,
  entries: readonly Entry[],
  tree: string,
  scriptOf: (name: string) => string = readScript,
): string {
  const spec = fillTemplate(readFileSync('packaging/rpm/ec2-instance-connect.spec', 'utf8'), {
    ...scriptValues(SCRIPTS, scriptOf),
    VERSION: build.version,
    REVISION: build.revision,
    FILES: [...entries.map(fileLine), `%attr(0644, root, root) ${MANIFEST_PATH}`].join('\n'),
    CHANGELOG: build.rpmChangelog,
  });
  buildRpm(build, `${spec}\n`, tree, target.rpm, `${tree}.rpmbuild`);
  const version = `${build.version}-${build.revision}`;
  return join(build.output, `ec2-instance-connect-${version}.${target.rpm}.rpm`);
}

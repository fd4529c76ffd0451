import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const PAGES = ['*.md', 'docs/**/*.md', 'packaging/**/*.md', 'test/fixtures/**/*.md'].flatMap(
  (pattern) => globSync(pattern, { cwd: ROOT }),
);
/** What people read who only use the program; the changelog tells of the past in its own words. */
const FOR_USERS = [
  ...PAGES.filter((path) => /^(README|SECURITY|docs\/[a-z-]+|packaging\/fleet\/\w+)\.?/.test(path)),
  ...globSync('packaging/man/*.8', { cwd: ROOT }),
];

/** The rows of CONTRIBUTING.md's list of words: what not to write, and what to write. */
const WORDS = Array.from(read('CONTRIBUTING.md').matchAll(/^\| "([^"|]+)" \| ([^|]+) \|$/gm));

/** The texts in the code that a person may meet: strings and templates, not comments. */
function stringsOf(path: string): string {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
      texts.push(node.getText(file));
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return texts.join('\n');
}

describe("CONTRIBUTING.md's list of words", () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT });
  const texts = [
    ...FOR_USERS.map((path) => [path, read(path)] as const),
    ...sources.map((path) => [path, stringsOf(path)] as const),
  ];

  it('is found, and so are the texts', () => {
    expect(WORDS.length).toBeGreaterThan(10);
    expect(FOR_USERS.length).toBeGreaterThan(10);
    expect(sources.length).toBeGreaterThan(100);
  });

  it.each(WORDS.map(([, not = '', but = '']) => [not, but] as const))(
    'keeps "%s" out of what users read: %s',
    (not) => {
      const pattern = new RegExp(`\\b${not.replaceAll(' ', '\\s+')}\\b`, 'i');
      expect(texts.filter(([, text]) => pattern.test(text)).map(([path]) => path)).toEqual([]);
    },
  );
});

/** A heading's anchor as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Links to places in the repository, with the page that has them. */
function linksOf(page: string): readonly string[] {
  const links = read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g);
  return Array.from(links, ([, target = '']) => target);
}

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return true;
  if (anchor === undefined) return false;
  const headings = Array.from(read(target).matchAll(/^#+ (.*)$/gm), ([, text = '']) => text);
  return !headings.map(anchorOf).includes(anchor);
}

describe('the links between pages', () => {
  it('are some', () => {
    expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(20);
  });

  it.each(PAGES)('of %s lead somewhere', (page) => {
    expect(linksOf(page).filter((link) => leadsNowhere(page, link))).toEqual([]);
  });

  it.each(PAGES.filter((path) => path !== 'CHANGELOG.md'))(
    'in code of %s name files that are there',
    (page) => {
      const names = read(page).matchAll(
        /`((?:docs|src|scripts|packaging|systemd|test)\/[\w./-]*\w)\/?`/g,
      );
      const missing = Array.from(names, ([, name = '']) => name).filter(
        (name) => ![ROOT, join(ROOT, dirname(page))].some((base) => existsSync(join(base, name))),
      );
      expect(missing).toEqual([]);
    },
  );
});

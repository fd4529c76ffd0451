/** CHANGELOG.md (Keep a Changelog) in the forms that packages want. Pure. */
import { at } from '../build/bytes.ts';

/** One released version; `date` is YYYY-MM-DD, `changes` are the list items, unwrapped. */
export interface Release {
  readonly version: string;
  readonly date: string;
  readonly changes: readonly string[];
}

/** Who the packages are from, in mail form. */
export interface Packager {
  readonly name: string;
  readonly mail: string;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = [
  ...['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'],
  ...['Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
] as const;
const WIDTH = 76;

/**
 * The released versions of a changelog, newest first; "Unreleased" is left out.
 * @throws Error if there is none
 */
export function parseChangelog(markdown: string): Release[] {
  const sections = markdown.split(/^## /m).slice(1);
  const releases = sections.flatMap((section) => {
    const heading = /^\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$/m.exec(section);
    if (!heading) return [];
    const items = section.split(/^[-*] /m).slice(1);
    const changes = items.map((item) =>
      at(item.split(/\n\s*\n|\n#/), 0, 'item').replaceAll(/\s+/g, ' '),
    );
    return [
      { version: heading[1] ?? '', date: heading[2] ?? '', changes: changes.map((c) => c.trim()) },
    ];
  });
  if (releases.length === 0) throw new Error('expected a release in the changelog, found none');
  return releases;
}

/** The moment that stands for a release's date, in Unix seconds: builds put it on every file. */
export function releaseTime(release: Release): number {
  return Date.parse(`${release.date}T12:00:00Z`) / 1000;
}

function wrap(text: string, first: string, rest: string): string {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const candidate = line === first || line === rest ? line + word : `${line} ${word}`;
    if (candidate.length > WIDTH && line !== first && line !== rest) {
      lines.push(line);
      line = rest + word;
    } else line = candidate;
  }
  return [...lines, line].join('\n');
}

function dateParts(release: Release): { day: string; date: string; month: string; year: string } {
  const time = new Date(releaseTime(release) * 1000);
  return {
    day: at(DAYS, time.getUTCDay(), 'day'),
    date: String(time.getUTCDate()).padStart(2, '0'),
    month: at(MONTHS, time.getUTCMonth(), 'month'),
    year: String(time.getUTCFullYear()),
  };
}

/** debian/changelog (deb-changelog(5)). */
export function debianChangelog(
  releases: readonly Release[],
  revision: string,
  by: Packager,
): string {
  const blocks = releases.map((release) => {
    const { day, date, month, year } = dateParts(release);
    const changes = release.changes.map((change) => wrap(change, '  * ', '    '));
    return [
      `ec2-instance-connect (${release.version}-${revision}) stable; urgency=medium\n`,
      `${changes.join('\n')}\n`,
      ` -- ${by.name} <${by.mail}>  ${day}, ${date} ${month} ${year} 12:00:00 +0000\n`,
    ].join('\n');
  });
  return blocks.join('\n');
}

/** The %changelog section of a spec file; `%` is doubled because rpm expands macros there. */
export function rpmChangelog(releases: readonly Release[], revision: string, by: Packager): string {
  const blocks = releases.map((release) => {
    const { day, date, month, year } = dateParts(release);
    const head = `* ${day} ${month} ${date} ${year} ${by.name} <${by.mail}> - ${release.version}-${revision}`;
    return [head, ...release.changes.map((change) => wrap(change, '- ', '  '))].join('\n');
  });
  return `${blocks.join('\n\n')}\n`.replaceAll('%', '%%');
}

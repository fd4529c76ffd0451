import { describe, expect, it } from 'vitest';
import { marksOf, putBetweenMarks } from '../../../../scripts/marks.ts';
import type { Outcome } from '../../../../scripts/load/phase.ts';
import type { Kind, SshdName } from '../../../../scripts/load/plan.ts';
import { plot } from '../../../../scripts/load/plot.ts';
import { growth, soakText } from '../../../../scripts/load/soak.ts';
import { percentile } from '../../../../scripts/load/statistics.ts';
import { loadTables, rowsOf, type Phase } from '../../../../scripts/load/table.ts';

const hundred = Array.from({ length: 100 }, (_, index) => (100 - index) / 1000);

describe('a percentile', () => {
  it('is the value of the nearest rank, whatever the order', () => {
    expect([1, 50, 95, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([
      0.001, 0.05, 0.095, 0.099, 0.1,
    ]);
    expect(percentile([3], 50)).toBe(3);
    expect(percentile([4, 1], 50)).toBe(1);
    expect(percentile([4, 1], 51)).toBe(4);
  });

  it('is none where there is no value', () => {
    expect(percentile([], 50)).toBeNaN();
  });
});

function phase(
  sshd: SshdName,
  parallel: number,
  kinds: readonly Kind[],
  crowd: Phase['crowd'],
): Phase {
  const outcome: Outcome = {
    logins: 100 * kinds.length,
    wall: new Map(kinds.map((kind) => [kind, hundred])),
    accepted: kinds.includes('pushed') ? 100 : 0,
    wrong: [],
    cpu: kinds.length * 2,
    memory: 2048,
    requests: sshd === 'none' ? 0 : 400,
  };
  return { sshd, parallel, crowd, outcome };
}

const PHASES = [
  phase('none', 8, ['ordinary'], 'logins'),
  phase('none', 64, ['bots'], 'bots'),
  phase('gate', 8, ['pushed', 'ordinary'], 'logins'),
  phase('gate', 64, ['bots'], 'bots'),
  phase('gate', 64, ['bots-pushed'], 'bots-pushed'),
];
const ALONE = new Map<SshdName, ReadonlyMap<Kind, number>>([
  ['none', new Map([['ordinary', 0]])],
  ['gate', new Map([['pushed', 24] as const, ['ordinary', 4] as const])],
]);

describe('the tables of a load', () => {
  const lines = loadTables(PHASES, ALONE, new Date(0)).split('\n');

  it('have a line for each number in parallel and kind, and a dash where nothing was measured', () => {
    const percentiles = '50 / 95 / 99';
    expect(lines).toContain(`| 8 | pushed key | – | ${percentiles} | – |`);
    expect(lines).toContain(`| 8 | authorized_keys | ${percentiles} | ${percentiles} | – |`);
    expect(lines).toContain(`| 64 | bot, six keys | ${percentiles} | ${percentiles} | – |`);
  });

  it('have what the instance spends, a login', () => {
    expect(lines).toContain(
      '| 8 | 100, a third of each | 20 / 20 / – | 2 / 2 / – | 0.0 / 2.0 / – |',
    );
  });

  it('say what one login asks, how many there were, and where and when', () => {
    expect(lines).toContain('| pushed key | – | 24 | – |');
    expect(lines).toContain('| authorized_keys | 0 | 4 | – |');
    expect(lines).toContain(
      '600 logins, 0 wrong answers or lines of the log; 100 pushed keys were accepted.',
    );
    expect(lines.at(-1)).toMatch(/; 1970-01-01\.$/);
  });

  it('have every row as wide as its head', () => {
    const cells = (line: string): number => line.split('|').length;
    const widths = lines.filter((line) => line.startsWith('|')).map(cells);
    expect(new Set(widths)).toEqual(new Set([7, 6]));
  });
});

describe('the plot of a load', () => {
  const LEGEND = 3;
  const svg = plot(rowsOf(PHASES), 'CPU <1> & more');

  it('has a panel for each number in parallel, and a bar for each sshd', () => {
    expect(svg.match(/class="head">\d+ in parallel/g)).toEqual([
      'class="head">8 in parallel',
      'class="head">64 in parallel',
    ]);
    const series = rowsOf(PHASES).reduce((sum, { wall }) => sum + wall.size, 0);
    const squares = svg.match(/<rect [^>]*class="(none|gate|program)"/g);
    expect(squares).toHaveLength(series + LEGEND);
    expect(series).toBe(6);
    expect(svg).toContain('>50 / 95</text>');
  });

  it('keeps everything inside', () => {
    const ends = Array.from(svg.matchAll(/H([\d.]+)M/g), ([, end]) => Number(end));
    expect(Math.max(...ends)).toBe(636);
    const height = Number(/viewBox="0 0 760 (\d+)"/.exec(svg)?.[1]);
    const tops = Array.from(svg.matchAll(/ y="([\d.]+)"/g), ([, top]) => Number(top));
    expect(Math.max(...tops)).toBeLessThan(height);
  });

  it('is light or dark, and its texts are escaped', () => {
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('CPU &lt;1> &amp; more');
  });
});

describe('a page with marks', () => {
  const MARKS = marksOf('load');

  it('keeps what is around them', () => {
    const page = `before\n${MARKS[0]}\nold\n${MARKS[1]}\nafter\n`;
    const renewed = putBetweenMarks(page, 'load', 'new');
    expect(renewed).toBe(`before\n${MARKS[0]}\n\nnew\n\n${MARKS[1]}\nafter\n`);
    expect(putBetweenMarks(renewed, 'load', 'new')).toBe(renewed);
  });

  it('is not written without them', () => {
    expect(() => putBetweenMarks('before', 'load', 'new')).toThrow('expected <!-- load -->');
    expect(() => putBetweenMarks(`${MARKS[1]} ${MARKS[0]}`, 'load', 'new')).toThrow('expected');
  });
});

describe('the report of a soak', () => {
  const before = { processes: 3, openFiles: 40, sockets: 12, temporaryFiles: 2 };

  it('names what has become more, and nothing else', () => {
    expect(growth(before, { ...before, sockets: 11 })).toEqual([]);
    expect(growth(before, { ...before, openFiles: 41, processes: 4 })).toEqual([
      'processes: 3 before, 4 after',
      'open files: 40 before, 41 after',
    ]);
  });

  it('has the figures before and after', () => {
    const report = { logins: 248, accepted: 80, wrong: [], before, after: before };
    expect(soakText(report)).toContain(
      'processes: 3 -> 3, open files: 40 -> 40, sockets: 12 -> 12',
    );
  });
});

/**
 * One cell of each kind of the matrix, those that the package before was wrong in; the whole of it is
 * `npm run test:takeover`.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTakeoverRepository, type TestRepository } from '../repository.ts';
import { runCell } from './cell.ts';
import { cellName, type Cell } from './cells.ts';

const CELLS: readonly Cell[] = [
  { root: 'bookworm', family: 'deb', state: 'other-in-conf.d', way: 'apt', then: 'running' },
  { root: 'bookworm', family: 'deb', state: 'plain', way: 'dpkg', then: 'killed-postinst' },
  { root: 'bookworm', family: 'deb', state: 'rc', way: 'dpkg', then: 'killed-after-preinst' },
  { root: 'trixie', family: 'deb', state: 'socket', way: 'unattended', then: 'restarted' },
  { root: 'bookworm', family: 'rpm', state: 'edited', way: 'dnf', then: 'restarted' },
  { root: 'bookworm', family: 'rpm', state: 'masked', way: 'rpm', then: 'running' },
];

let repository: TestRepository;
beforeAll(() => {
  repository = makeTakeoverRepository();
}, 300_000);
afterAll(() => {
  repository.discard();
});

it.each(CELLS.map((cell) => [cellName(cell), cell] as const))(
  'the takeover %s keeps the logins that worked, and says the truth',
  async (_, cell) => {
    expect(await runCell(cell, repository.folder)).toEqual([]);
  },
);

/** The matrix of takeovers: from which state of the stock package, by which tool, and what happens then. */
import { createHash } from 'node:crypto';
import type { RootName } from '../../roots/machine.ts';

/** What administrators, other software and earlier operations have made of a host with the stock package. */
export const STATES = [
  'plain',
  'edited',
  'masked',
  'deleted',
  'other-in-conf.d',
  'none-in-conf.d',
  'unmanaged',
  'broken',
  'harvest',
  'socket',
  'rc',
] as const;
/** One of them. */
export type State = (typeof STATES)[number];

/** `unattended` is apt-get in a service of systemd: no terminal, no questions. */
export const WAYS = { deb: ['apt', 'dpkg', 'unattended'], rpm: ['dnf', 'rpm'] } as const;
/** A tool that installs a package. */
export type Way = (typeof WAYS)['deb' | 'rpm'][number];

/** Where a package operation is killed: at the begin and the end of each script of ours. */
export const KILLS = {
  deb: ['preinst', 'after-preinst', 'postinst', 'after-postinst'],
  rpm: ['pre', 'after-pre', 'post', 'after-post', 'posttrans', 'after-posttrans'],
} as const;

/** What happens to sshd then; `killed-X` is killed at X, sshd restarted, and the operation made again. */
export type Then = 'running' | 'restarted' | `killed-${string}`;

/** One case. */
export interface Cell {
  readonly family: 'deb' | 'rpm';
  readonly root: RootName;
  readonly state: State;
  readonly way: Way;
  readonly then: Then;
}

/** The name by which a cell is chosen and recorded: `bookworm/deb/plain/apt/running`. */
export function cellName({ root, family, state, way, then }: Cell): string {
  return [root, family, state, way, then].join('/');
}

/** Every cell: those without a kill first, else mixed, so that a run that ends early has seen something of each kind. */
export function allCells(): readonly Cell[] {
  const hosts = [
    { family: 'deb', root: 'bookworm' },
    { family: 'rpm', root: 'bookworm' },
    { family: 'deb', root: 'trixie' },
    { family: 'deb', root: 'bullseye' },
  ] as const;
  const thens = (family: 'deb' | 'rpm'): Then[] => [
    'running',
    'restarted',
    ...KILLS[family].map((moment) => `killed-${moment}` as const),
  ];
  const cells = hosts.flatMap((host) =>
    WAYS[host.family].flatMap((way) =>
      STATES.flatMap((state) => thens(host.family).map((then) => ({ ...host, way, state, then }))),
    ),
  );
  const place = (cell: Cell): string => {
    const mixed = createHash('sha256').update(cellName(cell)).digest('hex');
    return `${cell.then.startsWith('killed') ? 1 : 0} ${mixed}`;
  };
  return cells.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

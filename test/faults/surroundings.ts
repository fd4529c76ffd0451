/** What else may be wrong around a login, one thing at a time, and what comes of it; data as imds-cells.ts. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CHAIN,
  DOMAIN,
  ID,
  KEYS,
  on,
  REGION,
  STAPLE_NAMES,
  STAPLES,
  TOKEN,
} from '../e2e/imds-faults.ts';
import { replaceJournal, STAND_INS } from '../rig/journal-stand-ins.ts';
import type { Outcome } from './outcome.ts';
import type { Call, World } from './world.ts';

/** Puts right what a cell has broken. */
export type Undo = () => Promise<void> | void;

/** One thing that is wrong. */
export interface Surrounding {
  readonly about: string;
  readonly behaviour: string;
  /** Any of these. */
  readonly expected: readonly Outcome[];
  /** For how long it may take, in milliseconds, where the launcher's limit is the one that holds. */
  readonly within?: number;
  /** Breaks it. What is returned puts right what `World.prepare` does not. */
  readonly arrange?: (world: World) => Promise<Undo | undefined> | Undo | undefined;
  readonly call?: Call;
}

const CA_STORE = '/etc/ssl/certs/ca-certificates.crt';
const ASSET_TAG = '/sys/devices/virtual/dmi/id/board_asset_tag';
const BAD_ENTRY = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const MINUTES = 60;
const DAYS = 86_400;

/** The service's clock, certificates and staples are right, and the machine's clock is so far behind (or ahead). */
function clock(behaviour: string, behind: number, expected: Outcome): Surrounding {
  const arrange = async (world: World): Promise<Undo> => {
    await world.rig.stopEmulator();
    await world.rig.startEmulator(behind);
    await world.push();
    return async () => {
      await world.rig.stopEmulator();
      await world.rig.startEmulator();
    };
  };
  return { about: 'clock', behaviour, expected: [expected], arrange };
}

function caStore(
  behaviour: string,
  expected: Outcome,
  change: (path: string, world: World) => Undo | undefined,
): Surrounding {
  const arrange = (world: World): Undo | undefined =>
    change(world.rig.namespace.path(CA_STORE), world);
  return { about: 'CA store', behaviour, expected: [expected], arrange };
}

function closed(path: string, mode: number): Undo {
  chmodSync(path, 0);
  return () => {
    chmodSync(path, mode);
  };
}

function journal(behaviour: string, ...scripts: readonly string[]): Surrounding {
  const arrange = async ({ rig }: World): Promise<Undo> =>
    (await replaceJournal(rig, scripts)).restore;
  const call = { unlogged: true } as const;
  return { about: 'journal', behaviour, expected: ['key, no log'], arrange, call };
}

/** A shell arranges what is inherited, and becomes the command. */
function inShell(script: string): readonly string[] {
  return ['/bin/sh', '-c', script, 'sh'];
}

function stdout(behaviour: string, expected: Outcome, call: Call): Surrounding {
  return { about: 'standard output', behaviour, expected: [expected], call };
}

/** @param option of the shell's ulimit: n descriptors, p processes and threads of the user, v KiB of address space */
function limit(option: 'n' | 'p' | 'v', behaviour: string, ...expected: Outcome[]): Surrounding {
  const about = { n: 'descriptors', p: 'processes', v: 'memory' }[option];
  const size = Number.parseInt(behaviour) * (option === 'v' ? 1024 : 1);
  // A crash is what is asked for: no core dump.
  const under = inShell(`ulimit -c 0; ulimit -${option} ${size}; exec "$@"`);
  return { about, behaviour, expected, call: { under } };
}

const SIGNALS = ['SIGTERM', 'SIGKILL'] as const;

/** Where a request hangs, and its number: the gate asks before the program does. */
const STAGES = [
  ["at the gate's token", TOKEN, 1],
  ["at the gate's keys", KEYS, 1],
  ['at the token', TOKEN, 2],
  ['at the keys', KEYS, 2],
  ['at the chain', CHAIN, 1],
  ['at the instance-id', ID, 1],
  ['at the region', REGION, 1],
  ['at the domain', DOMAIN, 1],
  ['at the staple list', STAPLE_NAMES, 1],
  ['at the staples', STAPLES, 1],
] as const;

/** Milliseconds after its start: what starts the launcher, the gate, Node's start, the questions, the proof. */
const MOMENTS = [0, 2, 5, 10, 20, 40, 70, 100, 150, 200, 300];

const signals: readonly Surrounding[] = SIGNALS.flatMap((signal): readonly Surrounding[] => [
  ...STAGES.map(([behaviour, path, count]): Surrounding => ({
    about: signal,
    behaviour,
    expected: ['ended'],
    arrange: async ({ rig }) => {
      await rig.emulator.resetCounters();
      await rig.emulator.setFaults([on(path, { kind: 'hang' })]);
      return undefined;
    },
    call: {
      meanwhile: async ({ child }, world) => {
        await world.requested(path, count);
        child.kill(signal);
      },
    },
  })),
  {
    ...journal('when it has printed', STAND_INS.stopped),
    about: signal,
    expected: ['key, void', 'key, no log'],
    call: {
      unlogged: true,
      meanwhile: async ({ child, printed }) => {
        await printed;
        child.kill(signal);
      },
    },
  },
  ...MOMENTS.map((ms): Surrounding => ({
    about: signal,
    behaviour: `after ${ms} ms`,
    expected: ['ended', 'key', 'key, void'],
    call: {
      meanwhile: async ({ child }) => {
        await sleep(ms);
        child.kill(signal);
      },
    },
  })),
]);

/** All of them, in the order of the table. */
export const SURROUNDINGS: readonly Surrounding[] = [
  { about: 'nothing', behaviour: 'all is well', expected: ['key'] },
  clock('10 minutes behind', 10 * MINUTES, 'expiry-too-far'),
  clock('10 minutes ahead', -10 * MINUTES, 'expired'),
  clock('2 days behind', 2 * DAYS, 'staple-expired'),
  clock('2 days ahead', -2 * DAYS, 'expired'),
  caStore('missing', 'TRUST_STORE_UNREADABLE', (path) => {
    rmSync(path);
    return undefined;
  }),
  caStore('empty', 'TRUST_STORE_UNREADABLE', (path) => {
    writeFileSync(path, '');
    return undefined;
  }),
  caStore('unreadable', 'TRUST_STORE_UNREADABLE', (path) => closed(path, 0o644)),
  caStore('one bad entry', 'key', (path) => {
    writeFileSync(path, `${BAD_ENTRY}${readFileSync(path, 'utf8')}`);
    return undefined;
  }),
  caStore("without AWS's root", 'path-not-trusted', (_path, { rig }) => {
    rig.setTrust(false);
    return undefined;
  }),
  {
    about: 'firmware',
    behaviour: 'missing',
    expected: ['nothing'],
    arrange: ({ rig }) => {
      rig.setFirmware({});
      return undefined;
    },
  },
  {
    about: 'firmware',
    behaviour: 'unreadable',
    expected: ['DMI_UNREADABLE'],
    arrange: ({ rig }) => closed(rig.namespace.path(ASSET_TAG), 0o644),
  },
  {
    about: 'firmware',
    behaviour: 'of another instance',
    expected: ['IMDS_FOREIGN_INSTANCE'],
    arrange: ({ rig }) => {
      rig.setFirmware({ assetTag: 'i-01234567' });
      return undefined;
    },
  },
  journal('missing'),
  journal('full', STAND_INS.full),
  journal('hanging', STAND_INS.stopped),
  journal('reads nothing', STAND_INS.deaf),
  stdout('closed early', 'key, unread', {
    under: [
      'perl',
      '-e',
      `pipe(IN, OUT); close IN; open(STDOUT, '>&', \\*OUT) or die; exec @ARGV`,
      '--',
    ],
  }),
  stdout('no descriptor', 'key, unread', { under: inShell('exec "$@" >&-') }),
  stdout('read slowly', 'key', { output: 'read slowly' }),
  stdout('never read', 'key, unread', { output: 'never read' }),
  stdout('a full disk', 'OUTPUT_UNWRITABLE', { under: inShell('exec "$@" >/dev/full') }),
  ...['3', '8', '16'].map((size) => limit('n', size, 'ended')),
  limit('n', '24', 'ended', 'key'),
  limit('n', '64', 'key'),
  limit('p', '1', 'ended'),
  // One thread, and Node waits for more.
  { ...limit('p', '2', 'ended'), within: 9500 },
  limit('p', '64', 'key'),
  ...['16 MiB', '64 MiB', '256 MiB', '512 MiB'].map((size) => limit('v', size, 'ended')),
  ...signals,
];

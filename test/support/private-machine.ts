import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HITS, noteHits, withMutant, type Hits } from '../mutation/children.ts';
import { run, type Command, type CommandResult } from '../rig/run.ts';

/** A machine of one's own: its own mounts and its own network, in which nothing is but loopback. */
export interface PrivateMachine {
  /** Folders that are empty at first. */
  readonly empty: readonly string[];
  /** Files below them, with what is in them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Shell commands that are run before the program, for what files cannot say. */
  readonly prepare?: readonly string[];
}

/** A machine that says nothing of being an instance. */
export const NO_INSTANCE: PrivateMachine = { empty: ['/sys', '/run', '/etc'] };

/** Where an instance says which one it is. */
export const ASSET_TAG = '/sys/devices/virtual/dmi/id/board_asset_tag';
export const INSTANCE_ID = 'i-0123456789abcdef0';

/** An instance whose metadata service is down: the address is its own, and nobody listens. */
export const LONELY_INSTANCE: PrivateMachine = {
  ...NO_INSTANCE,
  files: { [ASSET_TAG]: `${INSTANCE_ID}\n` },
  prepare: ['ip address add 169.254.169.254/32 dev lo'],
};

/**
 * Runs a command on such a machine, as root there; the real one is not touched. Where it is not root
 * that calls, a user namespace makes it so.
 */
export async function runOn(machine: PrivateMachine, command: Command): Promise<CommandResult> {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  try {
    const flags = process.getuid?.() === 0 ? '-mn' : '-rmn';
    const script = [...prepare(machine, folder), 'exec "$@"'].join('\n');
    // The environment is as bare as sshd's.
    const options = withMutant({ PATH: process.env['PATH'] });
    return await run(['unshare', flags, 'bash', '-euc', script, 'bash', ...command], options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Copies the contents from a folder that is still there when /etc or /run are not. */
function prepare(machine: PrivateMachine, folder: string): readonly string[] {
  const mounts = machine.empty.map((path) => `mount -t tmpfs tmpfs ${path}`);
  const files = Object.entries(machine.files ?? {}).map(([path, content], index) => {
    const source = join(folder, String(index));
    writeFileSync(source, content);
    return `mkdir -p ${dirname(path)}; cp ${source} ${path}`;
  });
  return ['ip link set lo up', ...mounts, ...files, ...(machine.prepare ?? [])];
}

/**
 * Evaluates TypeScript on such a machine: `body` uses `load(path)` to import below `src/`, and what it
 * returns comes back as a value; a thrown error as `{ thrown: code }`.
 */
export async function evaluateOn(machine: PrivateMachine, body: string): Promise<unknown> {
  const source = join(import.meta.dirname, '../../src');
  const program = `
    const load = (path) => import(${JSON.stringify(`${source}/`)} + path);
    const run = async () => { ${body} };
    const value = await run().catch((error) => ({ thrown: error.code ?? String(error) }));
    process.stdout.write(JSON.stringify({ value: value ?? null, hits: ${HITS} }));
    process.exit(0);`;
  const command: Command = [process.execPath, '--input-type=module', '--eval', program];
  const { stdout, stderr } = await runOn(machine, command);
  if (stdout === '') throw new Error(`nothing came back: ${stderr}`);
  const { value, hits } = JSON.parse(stdout) as { value: unknown; hits?: Hits };
  noteHits(hits);
  return value;
}

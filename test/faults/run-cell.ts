/** Runs the cells of the two tables and judges them. */
import type { ImdsCell } from './imds-cells.ts';
import { judge, nameOutcome, type Outcome, type Seen } from './outcome.ts';
import type { Surrounding } from './surroundings.ts';
import type { World } from './world.ts';

/** A cell of either table that has been run. */
export interface Result {
  /** The request, or what the cell is about. */
  readonly about: string;
  readonly behaviour: string;
  readonly expected: readonly Outcome[];
  /** The name of what came of it. */
  readonly outcome: string;
  /** What was not as documented; empty where all was. */
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

/** Has a request meet a behaviour. */
export async function runImdsCell(world: World, cell: ImdsCell): Promise<Result> {
  const { rig } = world;
  await world.prepare();
  if (cell.rules === undefined) await rig.stopEmulator();
  else await rig.emulator.setFaults(cell.rules);
  try {
    return result({ ...cell, about: cell.request }, world, await world.call());
  } finally {
    if (cell.behaviour === 'refused') {
      await rig.stopEmulator();
      await rig.startEmulator();
    }
  }
}

/** Breaks one thing of the surroundings. */
export async function runSurrounding(world: World, cell: Surrounding): Promise<Result> {
  await world.prepare();
  const undo = await cell.arrange?.(world);
  try {
    return result(cell, world, await world.call(cell.call));
  } finally {
    await undo?.();
  }
}

function result(
  {
    about,
    behaviour,
    expected,
    within,
  }: Pick<Result, 'about' | 'behaviour' | 'expected'> & Pick<Surrounding, 'within'>,
  { line }: World,
  seen: Seen,
): Result {
  const outcome = nameOutcome(seen, line);
  const problems = judge(seen, line, expected, within);
  return { about, behaviour, expected, outcome, problems, milliseconds: seen.milliseconds };
}

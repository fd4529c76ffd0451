import { KEY_TARGETS } from './targets-keys.ts';
import { SIGNER_TARGETS } from './targets-signer.ts';
import { SSHD_TARGETS } from './targets-sshd.ts';
import { Random } from './random.ts';
import type { Parts, Target } from './target.ts';

export const TARGETS: readonly Target[] = [...SIGNER_TARGETS, ...KEY_TARGETS, ...SSHD_TARGETS];

/** Milliseconds of CPU time for one case. Measured by the command alone: a test must not depend on the machine. */
const MILLISECONDS = { login: 100, administrator: 1000 } as const;
/** Bytes by which heap and buffers may grow in one case. */
const BYTES = 64 * 1024 * 1024;

/** A case that came out as none may. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly problem: string;
  readonly parts: Parts;
}

/** What came of a run over one target. */
export interface Report {
  readonly target: string;
  readonly cases: number;
  /** How many cases came out in each class. */
  readonly classes: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
  /** The most CPU time that a case took, in milliseconds; 0 where it was not measured. */
  readonly slowest: number;
}

/**
 * Makes cases and judges them.
 * @param goesOn asked with the number of cases so far
 * @param costs whether a case that takes too much time or memory is a finding
 */
export function fuzz(
  target: Target,
  seed: number,
  goesOn: (cases: number) => boolean,
  costs: 'measured' | 'ignored' = 'ignored',
): Report {
  const classes = new Map<string, number>();
  const findings: Finding[] = [];
  let cases = 0;
  let slowest = 0;
  for (; goesOn(cases); cases++) {
    const parts = target.make(Random.ofCase(seed, cases));
    const outcome = costs === 'ignored' ? judge(target, parts) : measure(target, parts);
    slowest = Math.max(slowest, outcome.milliseconds);
    if (outcome.problem === undefined) {
      classes.set(outcome.class, (classes.get(outcome.class) ?? 0) + 1);
    } else {
      findings.push({ target: target.name, seed, index: cases, problem: outcome.problem, parts });
    }
  }
  return { target: target.name, cases, classes, findings, slowest };
}

interface Outcome {
  readonly class: string;
  readonly problem?: string;
  readonly milliseconds: number;
}

/** The class of a case, or what is wrong with it. */
export function judge(target: Target, parts: Parts): Outcome {
  try {
    return { class: target.judge(parts), milliseconds: 0 };
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { class: 'finding', problem, milliseconds: 0 };
  }
}

/** The same with its cost; whatever seems too dear is asked three times, for others use the machine too. */
function measure(target: Target, parts: Parts): Outcome {
  const limit = MILLISECONDS[target.readBy];
  let best = { milliseconds: Infinity, bytes: Infinity };
  let outcome: Outcome = { class: 'finding', milliseconds: 0 };
  for (let attempt = 0; attempt < 3; attempt++) {
    const [memory, cpu] = [memoryInUse(), process.cpuUsage()];
    outcome = judge(target, parts);
    const { user, system } = process.cpuUsage(cpu);
    best = {
      milliseconds: Math.min(best.milliseconds, (user + system) / 1000),
      bytes: Math.min(best.bytes, memoryInUse() - memory),
    };
    if (best.milliseconds <= limit && best.bytes <= BYTES) break;
  }
  const { milliseconds } = best;
  if (outcome.problem !== undefined) return { ...outcome, milliseconds };
  if (milliseconds > limit) {
    return { ...outcome, milliseconds, problem: `it takes ${Math.round(milliseconds)} ms` };
  }
  if (best.bytes > BYTES)
    return { ...outcome, milliseconds, problem: `it takes ${best.bytes} bytes` };
  return { ...outcome, milliseconds };
}

function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

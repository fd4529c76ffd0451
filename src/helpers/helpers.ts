import { readdirSync } from 'node:fs';
import { HELPERS_DIRECTORY } from './names.ts';
import type { HelperEdges, HelperRequest, HelpersResult } from './result.ts';

const NOTHING: HelpersResult = { lines: [], events: [] };

/**
 * Runs the administrator's helpers and collects their lines.
 *
 * Where there is no folder this is one failed directory read and loads no other module. Helpers run
 * side by side, as the caller's user, with sshd's environment and no stdin; each is killed with its
 * whole process group at the deadline. Never throws for what a helper does or the folder holds.
 *
 * @param edges the host; `hostEdges` in run.ts has the real ones
 * @param request whose keys are asked for
 * @param deadlineMs how long all of this may take, in milliseconds from now
 */
export async function runHelpers(
  edges: Partial<HelperEdges>,
  request: HelperRequest,
  deadlineMs: number,
): Promise<HelpersResult> {
  const directory = edges.directory ?? HELPERS_DIRECTORY;
  let names: readonly string[];
  try {
    names = (edges.list ?? readdirSync)(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT') return NOTHING;
    return {
      lines: [],
      events: [{ code: 'directory-unreadable', helper: directory, detail: code }],
    };
  }
  if (names.length === 0) return NOTHING;
  const { hostEdges, runHelpers } = await import('./run.ts');
  return runHelpers({ ...hostEdges(), ...edges, directory }, names, request, deadlineMs);
}

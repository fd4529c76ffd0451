import { sshdEnvironment } from '../../ssh/command-environment.ts';
import { parseHostView, type HostView, type Sight } from '../host-view.ts';
import type { Inspection } from '../inspection.ts';
import { commandUser } from './people.ts';

/** What somebody sees of the host, and who that is. */
export interface View {
  /** For messages: the command's user, or this process's own. */
  readonly viewer: string;
  readonly sights: HostView;
}

/** The hidden command that prints a view. */
export const VIEW_COMMAND = 'view-host';

/**
 * Looks at the host through the eyes of the user that sshd runs the command as: this program runs
 * itself as that user. Anybody but root looks with his own.
 * @returns undefined where the program gives no view; `program-starts` says why
 */
export async function view(on: Inspection): Promise<View | undefined> {
  const account = await on.fact(commandUser);
  const asCommandUser = on.isRoot && account !== undefined;
  const { stdout, status } = await on.edges.run({
    argv: [...on.edges.program, VIEW_COMMAND, ...(on.options.offline ? ['--offline'] : [])],
    ...(asCommandUser ? { as: account, environment: sshdEnvironment(account) } : {}),
  });
  const sights = status === 0 ? parseHostView(stdout) : undefined;
  if (sights === undefined) return undefined;
  return { viewer: asCommandUser ? account.name : 'the caller', sights };
}

/** One thing of the view; a view that cannot be had is a sight of its own. */
export async function sight(
  on: Inspection,
  name: keyof HostView,
): Promise<Sight & { viewer: string }> {
  const seen = await on.fact(view);
  const one = seen?.sights[name];
  if (one === undefined) {
    const found = 'the program cannot describe the host; run it by hand';
    return { ok: false, code: 'NO_VIEW', found, viewer: seen?.viewer ?? 'nobody' };
  }
  return { ...one, viewer: seen?.viewer ?? 'nobody' };
}

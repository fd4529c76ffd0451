import { sshdEnvironment } from '../../ssh/command-environment.ts';
import { parseHostView, type HostView, type Sight } from '../host-view.ts';
import type { Command } from '../../system/program.ts';
import type { Look } from '../check.ts';
import type { Inspection } from '../inspection.ts';
import { lookAtContext, sshdContext } from './context.ts';
import { commandUser } from './people.ts';

/** What somebody sees of the host, and who that is. */
export interface View {
  /** For messages: the command's user, or this process's own. */
  readonly viewer: string;
  readonly sights: HostView;
  /** What it sees out of the context of the running sshd; only where something is hidden in it. */
  readonly outside?: HostView | undefined;
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
  const [program, ...rest] = on.edges.program;
  const offline = on.options.offline ? ['--offline'] : [];
  const argv = [program, ...rest, VIEW_COMMAND, ...offline] as const;
  if (!on.isRoot || account === undefined) {
    const sights = await look(on, { argv });
    return sights && { viewer: 'the caller', sights };
  }
  const environment = sshdEnvironment(account);
  const entered = (await on.fact(sshdContext))?.enter?.(account, argv);
  const inside = entered && (await look(on, { argv: entered, environment }));
  const isHidden = Object.values(inside ?? {}).some(({ ok }) => !ok);
  if (inside !== undefined && !isHidden) return { viewer: account.name, sights: inside };
  // Where the program does not even start in that context, `program-starts` has said so.
  const outside = await look(on, { argv, as: account, environment });
  const sights = inside ?? outside;
  return sights && { viewer: account.name, sights, outside };
}

async function look(on: Inspection, command: Command): Promise<HostView | undefined> {
  const { stdout, status } = await on.edges.run(command);
  return status === 0 ? parseHostView(stdout) : undefined;
}

/**
 * One thing of the view; a view that cannot be had is a sight of its own. What only the context of
 * the running sshd hides is `confined`, with what to do about it.
 */
export async function sight(
  on: Inspection,
  name: keyof HostView,
): Promise<Sight & { viewer: string; confined?: Look }> {
  const seen = await on.fact(view);
  const one = seen?.sights[name];
  if (one === undefined) {
    const found = 'the program cannot describe the host; run it by hand';
    return { ok: false, code: 'NO_VIEW', found, viewer: seen?.viewer ?? 'nobody' };
  }
  const viewer = seen?.viewer ?? 'nobody';
  if (one.ok || seen?.outside?.[name]?.ok !== true) return { ...one, viewer };
  return { ...one, viewer: `${viewer}, where sshd runs it`, confined: await lookAtContext(on) };
}

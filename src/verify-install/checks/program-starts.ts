import { sshdEnvironment } from '../../ssh/command-environment.ts';
import { VERSION } from '../../version.ts';
import type { Account } from '../../system/accounts.ts';
import type { CommandEnd } from '../../system/program.ts';
import { fail, pass, warn, type Check, type CheckResult } from '../check.ts';
import { lookAtContext, sshdContext } from '../facts/context.ts';
import { knownManifest } from '../facts/host.ts';
import { commandUser } from '../facts/people.ts';
import type { Inspection } from '../inspection.ts';
import { MANIFEST_PATH } from '../manifest.ts';
import { endOf, listed } from '../phrases.ts';
import { lookAt, reinstall, shellCommand } from '../remedies.ts';

const PRELOAD = '/etc/ld.so.preload';

/** The program starts as the user that sshd runs it as, and on which libraries. */
export const programStarts: Check = {
  id: 'program-starts',
  group: 'files',
  title: 'program and its C library',
  dependsOn: ['files-present', 'files-mode', 'files-content'],
  async run(on) {
    const { program, libraries } = on.edges;
    const account = on.isRoot ? await on.fact(commandUser) : undefined;
    const identity =
      account === undefined ? {} : { as: account, environment: sshdEnvironment(account) };
    const end = await on.edges.run({ argv: [...program, '--version'], ...identity });
    const who = account?.name ?? 'the caller';
    if (!saysVersion(end)) {
      const byHand = shellCommand(...program, '--version');
      const command = account === undefined ? byHand : `setpriv --reuid=${who} ${byHand}`;
      const found = `as ${who}, the program does not start: ${endOf(end)}`;
      return fail(found, lookAt(command, 'a mount with noexec or a security module may forbid it'));
    }
    const confined = account && (await startInContext(on, account));
    if (confined !== undefined) return confined;
    const { libc, mapped } = libraries();
    const found = `${VERSION}, ${libc === undefined ? 'C library unknown' : `glibc ${libc}`}`;
    const data = { version: VERSION, libc: libc ?? '', milliseconds: end.milliseconds };
    const foreign = mapped.filter((path) => !path.startsWith(OWN_FOLDER));
    const bringsItsOwn = on
      .fact(knownManifest)
      ?.files.some(({ path }) => path.startsWith(OWN_FOLDER) && /\/ld-linux[^/]*$/.test(path));
    if (bringsItsOwn === true && foreign.length > 0) {
      const words = `${found}; it runs on libraries of the host: ${listed(foreign)}`;
      return warn(words, preloads(on.edges.sshd.tree.text(PRELOAD)) ?? reinstall(on), data);
    }
    return pass(`${found}${bringsItsOwn === true ? ', its own' : ', of the host'}`, data);
  },
};

function saysVersion({ status, stdout }: CommandEnd): boolean {
  return status === 0 && stdout.trim() === VERSION;
}

/** The dry run may end before the program itself starts; here it starts where sshd runs it. */
async function startInContext(on: Inspection, account: Account): Promise<CheckResult | undefined> {
  const entered = (await on.fact(sshdContext))?.enter?.(account, [
    ...on.edges.program,
    '--version',
  ]);
  if (entered === undefined) return undefined;
  const end = await on.edges.run({ argv: entered, environment: sshdEnvironment(account) });
  if (saysVersion(end)) return undefined;
  const found = `where sshd runs it, the program does not start: ${endOf(end)}`;
  return fail(found, await lookAtContext(on));
}

const OWN_FOLDER = MANIFEST_PATH.slice(0, MANIFEST_PATH.lastIndexOf('/') + 1);

function preloads(text: string | undefined): ReturnType<typeof lookAt> | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return lookAt(
    `cat ${PRELOAD}`,
    'the libraries listed there are loaded into every program of this host',
  );
}

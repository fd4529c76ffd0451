import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Remedy } from '../../src/verify-install/check.ts';
import type { Report } from '../../src/verify-install/report.ts';
import { BREAKAGES } from './verify-install/breakages.ts';
import { failed, Ground } from './verify-install/ground.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare('bookworm');
}, 300_000);
afterAll(() => ground.stop());
beforeEach(() => ground.renew());

it('finds nothing wrong with a fresh installation', async () => {
  const { summary, checks } = await ground.verify('--user', 'alice');
  // What a busy machine took its time for is a warning, with the time or the number of late answers.
  const isSlow = ({ late = 0, milliseconds = 0 }: Report['checks'][number]['data'] = {}): boolean =>
    Number(late) > 0 || Number(milliseconds) > 1000;
  const other = checks.filter(({ status, data }) => {
    return status !== 'pass' && !(status === 'warn' && isSlow(data));
  });
  expect(other).toEqual([]);
  expect(summary.healthy).toBe(true);
});

it('does nothing to a line that has changed since the report, and says so', async () => {
  const file = '/etc/ssh/sshd_config.d/00-test.conf';
  await ground.must(`echo 'AllowUsers bob' >${file}`);
  await ground.restartSshd();
  const remedy = remedies(await ground.verify('--user', 'alice'))[0];
  await ground.must(`echo 'AllowUsers bob carol' >${file}`);
  const edit = remedy?.kind === 'decision' ? remedy.choices[0]?.command : undefined;
  expect(edit).toContain('sed -E -i');
  const typed = await ground.sh(edit ?? '');
  expect(typed.status).toBe(1);
  expect(typed.stderr).toContain(`${file}:1 has changed since the report`);
  expect(await ground.must(`cat ${file}`)).toBe('AllowUsers bob carol\n');
});

/** What the failures of a report say to do, in the order of the report. */
function remedies(report: Report): readonly Remedy[] {
  return report.checks.flatMap(({ status, remedy }) =>
    status === 'fail' && remedy !== undefined ? [remedy] : [],
  );
}

/** The commands of a remedy that change something. */
function commands(remedy: Remedy | undefined): readonly string[] {
  if (remedy === undefined) return [];
  return remedy.kind === 'decision'
    ? remedy.choices.map(({ command }) => command)
    : [remedy.command];
}

describe.each(BREAKAGES)('when $what', (breakage) => {
  const { how, user = 'alice', check, remedy, outside, concernsOthers } = breakage;

  it(`fails on ${check} alone, and what it says heals it and takes nothing from others`, async () => {
    await (typeof how === 'string' ? ground.must(how) : how(ground));
    const broken = await ground.verify('--user', user);
    expect(failed(broken)).toEqual([check]);
    const [shown] = remedies(broken);
    const chosen = commands(shown).find((command) => remedy.test(command));
    expect(chosen, JSON.stringify(shown)).toBeDefined();
    const others = await ground.othersAccess(user);

    // What may be pasted unread is pasted unread; a choice is made by somebody.
    if (concernsOthers === true) expect(shown?.kind).toBe('decision');
    const typed = await ground.sh(chosen ?? '');
    if (outside === undefined) expect(typed).toMatchObject({ status: 0 });
    await outside?.(ground);
    if (concernsOthers !== true) expect(await ground.othersAccess(user)).toBe(others);

    expect(failed(await ground.verify('--user', user))).toEqual([]);
    expect(await ground.loginWithPushedKey(user)).toBe(true);
  });
});

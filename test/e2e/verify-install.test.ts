import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  const other = checks.filter(({ status }) => status !== 'pass');
  expect(other).toEqual([]);
  expect(summary.healthy).toBe(true);
});

describe.each(BREAKAGES)('when $what', ({ how, user = 'alice', check, remedy, outside }) => {
  it(`fails on ${check} alone, and its remedy heals it`, async () => {
    await (typeof how === 'string' ? ground.must(how) : how(ground));

    const broken = await ground.verify('--user', user);
    expect(failed(broken)).toEqual([check]);
    const shown = broken.checks.find(({ id }) => id === check)?.remedy?.command ?? '';
    expect(shown).toMatch(remedy);

    const typed = await ground.sh(shown);
    if (outside === undefined) expect(typed).toMatchObject({ status: 0 });
    await outside?.(ground);
    expect(failed(await ground.verify('--user', user))).toEqual([]);
  });
});

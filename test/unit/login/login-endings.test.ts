import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runHelpers } from '../../../src/helpers/helpers.ts';
import { answerLogin } from '../../../src/login/answer.ts';
import { runLogin } from '../../../src/login/login.ts';
import { writeOut } from '../../../src/login/output.ts';
import { DEADLINE_MS } from '../../../src/imds/limits.ts';
import type { AuditEvent } from '../../../src/log/events.ts';
import { writeSyslog } from '../../../src/log/syslog.ts';

// Everything around the run itself, so that what cannot be had on purpose can happen.
vi.mock(import('../../../src/helpers/helpers.ts'), () => ({ runHelpers: vi.fn() }));
vi.mock(import('../../../src/login/answer.ts'), () => ({ answerLogin: vi.fn() }));
vi.mock(import('../../../src/login/output.ts'), () => ({ writeOut: vi.fn() }));
vi.mock(import('../../../src/log/syslog.ts'), () => ({ writeSyslog: vi.fn() }));

const LINE = 'ssh-ed25519 AAAA\n';
const EVENT: AuditEvent = { level: 'info', event: 'key-accepted', message: '', fields: {} };

beforeEach(() => {
  vi.mocked(runHelpers).mockReset().mockResolvedValue({ lines: [], events: [] });
  vi.mocked(answerLogin)
    .mockReset()
    .mockResolvedValue({ stdout: LINE, exitCode: 0, events: [EVENT] });
  vi.mocked(writeOut).mockReset();
  vi.mocked(writeSyslog).mockReset().mockResolvedValue('journal');
});

// A run decides the exit code of its process, which is the tests' own here.
afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** What the last run printed and logged. */
function traces(): { readonly stdout: string; readonly events: readonly unknown[] } {
  const written = vi.mocked(writeOut).mock.calls.filter(([descriptor]) => descriptor === 1);
  const lines = vi.mocked(writeSyslog).mock.calls.flatMap(([logged]) => logged);
  return {
    stdout: written.map(([, text]) => text.toString()).join(''),
    events: lines.map(({ text }) => JSON.parse(text) as unknown),
  };
}

describe('a login whose chain of helpers breaks', () => {
  it('keeps its own keys, and says so once', async () => {
    vi.mocked(runHelpers).mockRejectedValue(new TypeError('ours'));
    expect(await runLogin(['alice'])).toBe(0);
    const events = [
      { event: 'key-accepted' },
      { level: 'warn', event: 'helper', code: 'chain-broken' },
    ];
    expect(traces()).toMatchObject({ stdout: LINE, events });
  });
});

describe('a login that takes too long to decide', () => {
  it('prints no keys, although no timer could strike meanwhile', async () => {
    vi.spyOn(process, 'uptime').mockReturnValue(DEADLINE_MS / 1000);
    expect(await runLogin(['alice'])).toBe(1);
    const events = [{ event: 'fault', code: 'DEADLINE_EXCEEDED' }];
    expect(traces()).toMatchObject({ stdout: '', events });
  });

  it('may still say that there is nothing to decide', async () => {
    vi.spyOn(process, 'uptime').mockReturnValue(DEADLINE_MS / 1000);
    vi.mocked(answerLogin).mockResolvedValue({ stdout: '', exitCode: 0, events: [] });
    expect(await runLogin(['alice'])).toBe(0);
    expect(traces()).toEqual({ stdout: '', events: [] });
  });
});

describe('a login that a person has explained', () => {
  it('says so in each of its events, and no other login does', async () => {
    vi.mocked(runHelpers).mockRejectedValue(new TypeError('ours'));
    await runLogin(['alice'], { explain: () => undefined });
    const explained = [
      { event: 'key-accepted', explain: true },
      { event: 'helper', explain: true },
    ];
    expect(traces()).toMatchObject({ stdout: LINE, events: explained });
    vi.mocked(writeSyslog).mockClear();
    await runLogin(['alice']);
    expect(JSON.stringify(traces().events)).not.toContain('explain');
  });
});

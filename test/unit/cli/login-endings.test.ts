import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runChain } from '../../../src/chain/chain.ts';
import { answerLogin } from '../../../src/cli/authorized-keys.ts';
import { runLogin } from '../../../src/cli/login.ts';
import { writeOut } from '../../../src/cli/output.ts';
import { writeSyslog } from '../../../src/log/syslog.ts';

// Everything around the run itself, so that what cannot be had on purpose can happen.
vi.mock(import('../../../src/chain/chain.ts'), () => ({ runChain: vi.fn() }));
vi.mock(import('../../../src/cli/authorized-keys.ts'), () => ({ answerLogin: vi.fn() }));
vi.mock(import('../../../src/cli/output.ts'), () => ({ writeOut: vi.fn() }));
vi.mock(import('../../../src/log/syslog.ts'), () => ({ writeSyslog: vi.fn() }));

const LINE = 'ssh-ed25519 AAAA\n';

beforeEach(() => {
  vi.mocked(runChain).mockReset().mockResolvedValue({ lines: [], events: [] });
  vi.mocked(answerLogin).mockReset().mockResolvedValue({ stdout: LINE, exitCode: 0, events: [] });
  vi.mocked(writeOut).mockReset();
  vi.mocked(writeSyslog).mockReset().mockResolvedValue('journal');
});

// A run decides the exit code of its process, which is the tests' own here.
afterEach(() => {
  process.exitCode = undefined;
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
    vi.mocked(runChain).mockRejectedValue(new TypeError('ours'));
    expect(await runLogin(['alice'])).toBe(0);
    const events = [{ level: 'warn', event: 'helper', code: 'chain-broken' }];
    expect(traces()).toMatchObject({ stdout: LINE, events });
  });
});

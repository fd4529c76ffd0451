import { describe, expect, it } from 'vitest';
import { helperLines, MAX_LINE_BYTES, MAX_OUTPUT_LINES } from '../../../src/helpers/output.ts';

function lines(text: string | Buffer): unknown {
  const kept = helperLines(Buffer.from(text));
  return (
    kept && { lines: kept.lines.map((line) => line.toString('latin1')), dropped: kept.dropped }
  );
}

describe('helperLines', () => {
  it('passes lines on byte for byte, options and comments included', () => {
    const line = 'command="echo \\"hi\\"",no-pty ssh-ed25519 AAAA Jos\xe9';
    expect(lines(Buffer.from(`${line}\n# note\n`, 'latin1'))).toEqual({
      lines: [line, '# note'],
      dropped: 0,
    });
  });

  it('takes a last line without a line break, as sshd does', () => {
    expect(lines('a\nb')).toEqual({ lines: ['a', 'b'], dropped: 0 });
  });

  it('drops empty lines silently', () => {
    expect(lines('\n\na\n\n')).toEqual({ lines: ['a'], dropped: 0 });
  });

  it.each(['a\0b', '\x1b[31mred', 'a\rb', 'a\x7f'])('drops and counts the line %j', (line) => {
    expect(lines(`x\n${line}\ny\n`)).toEqual({ lines: ['x', 'y'], dropped: 1 });
  });

  it('keeps tabs and a carriage return at the end', () => {
    expect(lines('a\tb\r\n')).toEqual({ lines: ['a\tb\r'], dropped: 0 });
  });

  it('drops a line beyond the limit and keeps one at the limit', () => {
    const kept = 'k'.repeat(MAX_LINE_BYTES);
    expect(lines(`${kept}x\n${kept}\n`)).toEqual({ lines: [kept], dropped: 1 });
  });

  it('throws everything away beyond the number of lines', () => {
    expect(lines('a\n'.repeat(MAX_OUTPUT_LINES))).toBeDefined();
    expect(lines('a\n'.repeat(MAX_OUTPUT_LINES + 1))).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { drawTerminal } from '../../../scripts/docs/terminal.ts';

const texts = (recording: string): readonly string[] =>
  [...drawTerminal(recording, 'a session').matchAll(/<text [^>]*>(.*)<\/text>/g)].map(
    ([, text = '']) => text,
  );

describe('drawTerminal', () => {
  it('shows each line in its place, with its colours', () => {
    const drawn = drawTerminal('one\n\n\u001b[32mok\u001b[0m two\n', 'a session');
    expect(drawn).toContain('<title>a session</title>');
    expect(drawn.match(/y="\d+">/g)).toEqual(['y="29">', 'y="63">']);
    expect(drawn).toContain('<tspan class="green">ok</tspan> two');
  });

  it('shows the last state of a line that was written over', () => {
    expect(texts('\r\u001b[K  10 s\r\u001b[K  5 s\r\u001b[Kdone\n')).toEqual(['done']);
  });

  it('shows characters of XML as they are', () => {
    expect(texts('<&>\n')).toEqual(['&lt;&amp;>']);
  });

  it.each([
    ['more columns than the screen has', 'x'.repeat(81)],
    ['a colour that it has no style for', '\u001b[35mx'],
    ['another control sequence', 'x\u001b[2J'],
  ])('refuses %s', (_, line) => {
    expect(() => drawTerminal(line, 'a session')).toThrow();
  });
});

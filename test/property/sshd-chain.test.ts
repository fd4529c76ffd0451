import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillTemplate, parseTemplate } from '../../src/helpers/arguments.ts';
import { helperLines, MAX_LINE_BYTES } from '../../src/helpers/output.ts';
import { splitWords } from '../../src/ssh/words.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

it('a template of arguments never throws, whatever its text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const template = parseTemplate(text);
      if (template.ok) fillTemplate(template.value, { u: 'u' });
    }),
  );
});

it('words that are quoted come back as they were', () => {
  const word = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const quoted = words.map((each) => `"${each.replace(/[\\"]/g, '\\$&')}"`).join(' ');
      expect(splitWords(quoted)).toEqual(words);
    }),
  );
});

it("a value fills its token's place and changes nothing around it", () => {
  fc.assert(
    fc.property(anyText, (user) => {
      const template = parseTemplate('a%u b');
      expect(template.ok && fillTemplate(template.value, { u: user })).toMatchObject({
        value: [`a${user}`, 'b'],
      });
    }),
  );
});

it('lines that are passed on are lines of the output, in order, bounded and clean', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const output = Buffer.from(bytes);
      const all = output.toString('latin1').split('\n').filter(Boolean);
      const kept = helperLines(output);
      const lines = kept?.lines.map((line) => line.toString('latin1')) ?? [];
      expect(lines.length + (kept?.dropped ?? 0)).toBe(all.length);
      expect(all.filter((line) => lines.includes(line))).toEqual(lines);
      for (const line of lines) {
        expect(line.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
        expect(line).not.toMatch(/[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f]|\r./);
      }
    }),
  );
});

import { containerOf } from '../support/der-tree.ts';
import { contentOf, nullValue, tlv } from '../pki/index.ts';
import type { Random } from './random.ts';

/**
 * DER with one change that knows what DER is; all lengths around it fit, unless a length is the change.
 * Every element, however deep, is as likely to be the changed one as every other.
 */
export function mutateDer(random: Random, der: Buffer): Buffer {
  const container = der.length < 2 ? undefined : containerOf(der);
  if (container === undefined) return mutateElement(random, der);
  const { head, children } = container;
  const rebuilt = (parts: readonly Buffer[]): Buffer => tlv(der[0] ?? 0, head, ...parts);
  let place = random.below(1 + sizeOf(children));
  if (place === 0) {
    return random.oneIn(2)
      ? mutateElement(random, der)
      : rebuilt(mutateList(random, children, element));
  }
  const index = children.findIndex((child) => (place -= countOf(child)) <= 0);
  return rebuilt(children.with(index, mutateDer(random, children[index] ?? nullValue())));
}

/** How many elements an element is, with those in it. */
function countOf(der: Buffer): number {
  const container = der.length < 2 ? undefined : containerOf(der);
  return container === undefined ? 1 : 1 + sizeOf(container.children);
}

const sizeOf = (children: readonly Buffer[]): number =>
  children.reduce((sum, child) => sum + countOf(child), 0);

const TAGS = [
  1, 2, 3, 4, 5, 6, 10, 12, 19, 22, 23, 24, 30, 48, 49, 0x80, 0x82, 0xa0, 0xa1, 0xa3, 0x1f,
];

/** A small element of any kind. */
const element = (random: Random): Buffer =>
  random.oneIn(2) ? nullValue() : tlv(random.pick(TAGS), random.bytes(random.below(6)));

/** One element with another tag, content or length. */
function mutateElement(random: Random, der: Buffer): Buffer {
  const [tag = 0] = der;
  const content = der.length < 2 ? Buffer.alloc(0) : contentOf(der);
  switch (random.below(7)) {
    case 0:
      return tlv(random.pick(TAGS), content);
    case 1:
      return tlv(tag, mutateBytes(random, content));
    case 2:
      return tlv(tag, random.bytes(random.below(40)));
    case 3:
      return tlv(tag);
    case 4:
      // The length in more octets than it needs, or in the indefinite form.
      return random.oneIn(2)
        ? Buffer.concat([
            Buffer.of(tag, 0x83, 0, content.length >> 8, content.length & 255),
            content,
          ])
        : Buffer.concat([Buffer.of(tag, 0x80), content, Buffer.of(0, 0)]);
    case 5:
      // A length that reaches further than the content does.
      return Buffer.concat([Buffer.of(tag, 0x82, random.below(256), random.below(256)), content]);
    default:
      return tlv(tag, content, content);
  }
}

/** Octets with one small change: replaced, inserted, deleted or cut. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([before, Buffer.of(random.pick([0, 1, 0x7f, 0x80, 0xff])), after]);
    case 1:
      return Buffer.concat([before, after.subarray(1 + random.below(3))]);
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([before, random.bytes(1 + random.below(4)), after]);
    default: {
      const copy = Buffer.from(bytes);
      const place = Math.min(at, copy.length - 1);
      if (place >= 0) copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
  }
}

/** A list with one change: an element taken out, doubled, moved, put in from elsewhere. */
export function mutateList<T>(
  random: Random,
  all: readonly T[],
  another: (random: Random) => T,
): readonly T[] {
  const at = random.below(all.length + 1);
  const [from] = all.slice(random.below(Math.max(1, all.length)));
  switch (random.below(4)) {
    case 0:
      return all.toSpliced(at, 1);
    case 1:
      return from === undefined ? all : all.toSpliced(at, 0, from);
    case 2:
      return from === undefined ? all : all.filter((each) => each !== from).toSpliced(at, 0, from);
    default:
      return all.toSpliced(at, 0, another(random));
  }
}

/**
 * Text with one change: of its lines, of its characters, or with something of the format's own
 * vocabulary put in. Sometimes a piece comes many times over, which finds what takes quadratic time.
 */
export function mutateText(random: Random, text: string, vocabulary: readonly string[]): string {
  const at = random.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const word = random.pick(vocabulary);
  switch (random.below(6)) {
    case 0:
    case 1:
      return mutateList(random, text.split('\n'), () => word).join('\n');
    case 2:
      return before + word + after;
    case 3:
      return before + after.slice(1 + random.below(8));
    case 4:
      return mutateBytes(random, Buffer.from(text, 'latin1')).toString('latin1');
    default: {
      const piece = random.oneIn(2) ? word : after.slice(0, 1 + random.below(12));
      // Not so much of it that reading all of it once takes the time.
      const many = Math.min(2000, Math.floor(100_000 / Math.max(1, piece.length)));
      return before + piece.repeat(random.oneIn(4) ? many : 1 + random.below(20)) + after;
    }
  }
}

/** Makes a change once, now and then several times. */
export function several<T>(random: Random, value: T, change: (value: T) => T): T {
  let result = change(value);
  while (random.oneIn(3)) result = change(result);
  return result;
}

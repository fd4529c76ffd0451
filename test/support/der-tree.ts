import { contentOf, nullValue, tlv } from '../pki/index.ts';

/** A container of DER elements, and where it stands. */
export interface Place {
  /** The index of each element on the way down, from 0: `0.6.1` is the key in a certificate. */
  readonly path: string;
  /** The whole bytes after the change. */
  readonly bytes: Buffer;
}

/** How an element holds others: itself, or as the DER in its octets (with one octet before it). */
export interface Container {
  readonly head: Buffer;
  readonly children: readonly Buffer[];
}

/**
 * The bytes once for each constructed element, and each string that wraps DER, in them: with a NULL added
 * behind the last element in there. Lengths are right everywhere; signatures are not made anew.
 */
export function withNullAppended(bytes: Buffer): readonly Place[] {
  return eachContainer(bytes, '', (children) => [...children, nullValue()]);
}

/** The bytes once for each container in them, whose elements the change makes others of. */
export function eachContainer(
  bytes: Buffer,
  path: string,
  change: (children: readonly Buffer[]) => readonly Buffer[],
): readonly Place[] {
  const container = containerOf(bytes);
  if (container === undefined) return [];
  const { head, children } = container;
  const rebuilt = (parts: readonly Buffer[]): Buffer => tlv(bytes[0] ?? 0, head, ...parts);
  const below = children.flatMap((child, index) =>
    eachContainer(child, path === '' ? String(index) : `${path}.${index}`, change).map((place) => ({
      path: place.path,
      bytes: rebuilt(children.with(index, place.bytes)),
    })),
  );
  return [{ path, bytes: rebuilt(change(children)) }, ...below];
}

/** What an element holds; undefined where it holds no elements. */
export function containerOf(element: Buffer): Container | undefined {
  const [tag = 0] = element;
  const content = contentOf(element);
  if ((tag & 0x20) !== 0) return container(Buffer.alloc(0), content);
  // Extensions have a SEQUENCE or a BIT STRING in their OCTET STRING; hashes only look like it by chance.
  if (tag === 0x04 && (content[0] === 0x30 || content[0] === 0x03)) {
    const wrapped = container(Buffer.alloc(0), content);
    return wrapped?.children.length === 1 ? wrapped : undefined;
  }
  const wraps = tag === 0x03 && content[0] === 0 && content[1] === 0x30;
  return wraps ? container(content.subarray(0, 1), content.subarray(1)) : undefined;
}

function container(head: Buffer, content: Buffer): Container | undefined {
  const children = elementsOf(content);
  return children === undefined ? undefined : { head, children };
}

/** The elements that the octets consist of; undefined where they are something else. */
export function elementsOf(octets: Buffer): readonly Buffer[] | undefined {
  const elements: Buffer[] = [];
  for (let at = 0; at < octets.length;) {
    const first = octets[at + 1];
    if (first === undefined || first === 0x80 || first > 0x83) return undefined;
    const long = first > 0x80 ? first & 0x7f : 0;
    if (at + 2 + long > octets.length) return undefined;
    const length = long === 0 ? first : octets.readUIntBE(at + 2, long);
    const end = at + 2 + long + length;
    if (end > octets.length) return undefined;
    elements.push(octets.subarray(at, end));
    at = end;
  }
  return elements;
}

/** A piece of an XML document, made by the functions here only. */
export interface Xml {
  readonly xml: string;
}

/** An element with text, which is escaped, or with elements. */
export function element(name: string, content: string | readonly Xml[]): Xml {
  const inner =
    typeof content === 'string' ? escapeXml(content) : content.map(({ xml }) => xml).join('');
  return { xml: `<${name}>${inner}</${name}>` };
}

/** A list as EC2 writes it: an element that holds an `item` for each entry. */
export function list(name: string, entries: readonly (readonly Xml[])[]): Xml {
  return element(
    name,
    entries.map((entry) => element('item', entry)),
  );
}

/** Escapes text for XML character data and attribute values. */
export function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

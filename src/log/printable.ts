/**
 * Makes text from anywhere safe for a log line and a terminal: everything but printable ASCII (and the
 * backslash that marks it) is written as `\u{hex}`, so no control character, line break, escape sequence or
 * look-alike gets through.
 * @param text untrusted text
 * @param limit the longest result in characters; a longer one is cut and ends with `...`
 */
export function printable(text: string, limit = 256): string {
  const escaped = text.slice(0, limit + 1).replace(/[^\x20-\x5b\x5d-\x7e]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
  return escaped.length > limit ? `${escaped.slice(0, limit - 3)}...` : escaped;
}

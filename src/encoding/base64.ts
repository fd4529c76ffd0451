/**
 * Strict base64 (RFC 4648 4): the standard alphabet, right padding, no stray bits, nothing else.
 * @returns the bytes, or undefined when the text is not the one way to write them
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what it does not know; only the canonical text comes out again as it went in.
  return bytes.toString('base64') === text ? bytes : undefined;
}

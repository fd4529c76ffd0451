/** A part of a word: text as it stands, or a token's letter (empty for a `%` at the word's end). */
export type TokenPart = { readonly text: string } | { readonly token: string };

/**
 * Takes a word of an AuthorizedKeysCommand apart at its tokens: `%` and one character, `%%` for a
 * percent sign (TOKENS in sshd_config(5)).
 */
export function splitTokens(word: string): readonly TokenPart[] {
  const pieces = word.match(/%.?|[^%]+/gs) ?? [];
  return pieces.map((piece) => {
    if (piece === '%%') return { text: '%' };
    return piece.startsWith('%') ? { token: piece.slice(1) } : { text: piece };
  });
}

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

/** Replaces the tokens of a word; one that has no value here becomes empty. */
export function expandTokens(word: string, values: ReadonlyMap<string, string>): string {
  return splitTokens(word)
    .map((part) => ('text' in part ? part.text : (values.get(part.token) ?? '')))
    .join('');
}

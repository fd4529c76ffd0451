import type { Material } from './material.ts';
import type { SigningAuthority } from './signing-authority.ts';
import { KEY_LIFE, type PushedKey } from './store.ts';

/** Length of a line when signatures are wrapped, as MIME and PEM tools do. */
const WRAP = 76;

/** The text under `active-keys/<user>/`: one signed block per key, with a blank line between them. */
export function renderKeyBlob(
  keys: readonly PushedKey[],
  authority: SigningAuthority,
  material: Material,
): string {
  return keys.map((key) => renderBlock(key, authority, material)).join('\n');
}

function renderBlock(key: PushedKey, authority: SigningAuthority, material: Material): string {
  const signed = [
    `#Timestamp=${key.pushedAt + KEY_LIFE + material.expiryOffset}`,
    `#Instance=${key.instanceId}`,
    `#Caller=${key.caller}`,
    `#Request=${key.requestId}`,
    key.publicKey,
    '',
  ].join('\n');
  const signature = authority.sign(signed, material).toString('base64');
  const lines =
    material.signature === 'wrapped'
      ? (signature.match(new RegExp(`.{1,${WRAP}}`, 'g')) ?? [])
      : [signature];
  return `${signed}${lines.join('\n')}\n`;
}

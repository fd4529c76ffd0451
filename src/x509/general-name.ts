import { DerError, type DerReader } from '../asn1/der-reader.ts';

/** One GeneralName (RFC 5280 4.2.1.6): its form, and its content octets. */
export interface GeneralName {
  readonly form: GeneralNameForm;
  readonly content: Buffer;
}

export type GeneralNameForm =
  'other' | 'email' | 'dns' | 'x400' | 'directory' | 'edi' | 'uri' | 'ip' | 'id';

/** The context-specific tags; those of the constructed forms have bit 0x20. */
const FORMS: ReadonlyMap<number, GeneralNameForm> = new Map([
  [0xa0, 'other'],
  [0x81, 'email'],
  [0x82, 'dns'],
  [0xa3, 'x400'],
  [0xa4, 'directory'],
  [0xa5, 'edi'],
  [0x86, 'uri'],
  [0x87, 'ip'],
  [0x88, 'id'],
]);

/**
 * Reads the next GeneralName. The content of a `directory` name is its Name, DER.
 * @throws DerError for an unknown form and for a dNSName of anything but printable ASCII
 */
export function readGeneralName(reader: DerReader): GeneralName {
  const tag = reader.nextTag();
  const form = FORMS.get(tag);
  if (form === undefined) throw new DerError(`expected a general name, found tag ${tag}`);
  const content = reader.content(tag);
  // An IA5String; a NUL or a control character in it is how names have been forged.
  if (form === 'dns' && !/^[\x21-\x7e]*$/.test(content.toString('latin1'))) {
    throw new DerError('expected a dns name of printable ascii');
  }
  return { form, content };
}

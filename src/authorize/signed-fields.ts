import { refuse, accept, type Refusal, type Verdict } from '../verdict/refusal.ts';
import type { Entry } from './key-body.ts';

/** A value's name in the log and in the JSON report, and the most characters of it that they tell. */
export interface Told {
  readonly as: string;
  readonly limit: number;
  readonly meaning: string;
}

/** One `#Name=value` line that this program knows; the service may sign others, which mean nothing here. */
interface SignedField<T> {
  /** As the service writes it. */
  readonly name: string;
  /** Whether an entry without it is refused. */
  readonly isRequired: boolean;
  /** The value, or undefined where the text is none. */
  readonly read: (text: string) => T | undefined;
  /** What a value is, for a refusal: `"Name" is not ...`. */
  readonly form: string;
  /** How the log and `verify-keys --json` tell the value, or why they do not. */
  readonly told: Told | { readonly not: string };
}

const TIMESTAMP = /^[1-9][0-9]{0,11}$/;
const INSTANCE = /^i-[0-9a-f]{8,32}$/;
const asWritten = (text: string): string => text;

/** The values, by this program's names for the fields; `expiry` in Unix seconds. */
interface FieldTypes {
  readonly caller: string;
  readonly requestId: string;
  readonly expiry: number;
  readonly instanceId: string;
}

/**
 * Every field that is read from under a signature. Judging, the log, the JSON report and the manual's
 * table follow from this one: a field is added here or nowhere.
 */
export const SIGNED_FIELDS: {
  readonly [K in keyof FieldTypes]: SignedField<FieldTypes[K]>;
} = {
  caller: {
    name: 'Caller',
    isRequired: false,
    read: asWritten,
    form: 'text',
    // The longest ARN of an assumed role has half of it.
    told: { as: 'caller', limit: 512, meaning: 'the ARN of the IAM identity that pushed the key' },
  },
  requestId: {
    name: 'Request',
    isRequired: false,
    read: asWritten,
    form: 'text',
    told: {
      as: 'request',
      limit: 256,
      meaning: 'the id of the API request that pushed it, as in CloudTrail',
    },
  },
  expiry: {
    name: 'Timestamp',
    isRequired: true,
    read: (text) => (TIMESTAMP.test(text) ? Number(text) : undefined),
    form: 'decimal',
    told: { as: 'expiry', limit: 12, meaning: 'when the key expires, in Unix seconds' },
  },
  instanceId: {
    name: 'Instance',
    isRequired: true,
    read: (text) => (INSTANCE.test(text) ? text : undefined),
    form: 'an instance id',
    told: { not: 'it is the host whose log this is, or the refusal says so' },
  },
};

/** The fields by this program's names for them. */
export type SignedFieldKey = keyof FieldTypes;

/** The values that can be read of an entry's fields. */
export type SignedValues = { readonly [K in SignedFieldKey]?: FieldTypes[K] | undefined };

/** The fields in the order in which they are told, and judged. */
export const SIGNED_FIELD_KEYS = Object.keys(SIGNED_FIELDS) as readonly SignedFieldKey[];

/** The known fields of an entry as text, by this program's names. */
export type FieldTexts = Readonly<Partial<Record<SignedFieldKey, string>>>;

/**
 * Finds the known fields of an entry.
 * @returns their texts, or `field-duplicated`
 */
export function readFieldTexts(entry: Entry): Verdict<FieldTexts, 'field-duplicated'> {
  const texts: Partial<Record<SignedFieldKey, string>> = {};
  for (const { name, value } of entry.fields) {
    const key = SIGNED_FIELD_KEYS.find((known) => SIGNED_FIELDS[known].name === name);
    if (key === undefined) continue;
    if (key in texts) return refuse('field-duplicated', `"${name}" occurs twice`);
    texts[key] = value;
  }
  return accept(texts);
}

/** What can be read of the fields; a value that its field cannot have is left out. */
export function readValues(texts: FieldTexts): SignedValues {
  const values: Partial<Record<SignedFieldKey, string | number>> = {};
  for (const key of SIGNED_FIELD_KEYS) {
    const text = texts[key];
    const value = text === undefined ? undefined : SIGNED_FIELDS[key].read(text);
    if (value !== undefined) values[key] = value;
  }
  return values as SignedValues;
}

/** Whether every required field is there, and every field has a value that it can have. */
export function checkFields(
  texts: FieldTexts,
  values: SignedValues,
): Refusal<'field-missing' | 'field-malformed'> | undefined {
  for (const key of SIGNED_FIELD_KEYS) {
    const { isRequired, name } = SIGNED_FIELDS[key];
    if (isRequired && texts[key] === undefined) {
      return refuse('field-missing', `"${name}" is missing`);
    }
  }
  for (const key of SIGNED_FIELD_KEYS) {
    const { name, form } = SIGNED_FIELDS[key];
    if (texts[key] !== undefined && values[key] === undefined) {
      return refuse('field-malformed', `"${name}" is not ${form}`);
    }
  }
  return undefined;
}

/** What the log and the JSON report tell of the values, in the table's order. */
export function toldValues(values: SignedValues): readonly (readonly [Told, string | number])[] {
  return SIGNED_FIELD_KEYS.flatMap((key) => {
    const { told } = SIGNED_FIELDS[key];
    const value = values[key];
    return 'as' in told && value !== undefined ? [[told, value] as const] : [];
  });
}

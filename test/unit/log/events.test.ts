import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/authorize/authorize.ts';
import type { Accepted } from '../../../src/verdict/refusal.ts';
import type {
  AcceptedKey,
  KeyRefusal,
  KeyVerdict,
  Question,
} from '../../../src/authorize/signed-key.ts';
import {
  bugEvent,
  decisionEvents,
  explainedEvent,
  faultEvent,
  helperEvent,
  questionEvent,
  usageEvent,
  type AuditEvent,
} from '../../../src/log/events.ts';
import { parseFingerprint } from '../../../src/ssh/fingerprint.ts';
import { parsePublicKey } from '../../../src/ssh/public-key.ts';
import { ANSWERS, type Answer } from '../../../src/verdict/answers.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { KEY_REASONS, SIGNER_REASONS } from '../../../src/verdict/reasons.ts';
import type { KeyReason, SignerReason } from '../../../src/verdict/reasons.ts';
import { CALLER, KEY_LINE, NOW, REQUEST } from '../../support/signed-blobs.ts';

const QUESTION: Question = { user: 'alice', now: NOW };
const HOSTILE = `\n\r\0\u001b[31m\u202e${'x'.repeat(10_000)}`;
const FINGERPRINT = `SHA256:${'A'.repeat(43)}`;

const judged = (...verdicts: readonly KeyVerdict[]): Decision => ({ kind: 'judged', verdicts });

const refusal = (
  place: number,
  reason: KeyReason,
  detail = 'why',
): KeyRefusal & { readonly place: number } => ({
  place,
  ok: false,
  reason,
  detail,
});

function accepted(
  place = 1,
  changes: { caller?: string; requestId?: string } = {},
): Accepted<AcceptedKey> & { readonly place: number } {
  const key = parsePublicKey(KEY_LINE);
  if (!key.ok) throw new Error(key.reason);
  const value = {
    key: key.value,
    keyType: key.value.type,
    fingerprint: FINGERPRINT,
    expiry: NOW + 60,
    ...changes,
  };
  return { place, ok: true, value };
}

describe('the event of an accepted key', () => {
  it('tells user, fingerprint, type, caller, request and expiry', () => {
    const verdict = accepted(1, { caller: CALLER, requestId: REQUEST });
    expect(decisionEvents(judged(verdict), QUESTION)).toMatchObject([
      {
        level: 'info',
        event: 'key-accepted',
        fields: {
          user: 'alice',
          fingerprint: FINGERPRINT,
          keyType: 'ssh-ed25519',
          caller: CALLER,
          request: REQUEST,
          expiry: NOW + 60,
        },
      },
    ]);
  });

  it('does not have the fields that the service left out', () => {
    const [event] = decisionEvents(judged(accepted()), QUESTION);
    expect(Object.keys(event?.fields ?? {})).toEqual(['user', 'fingerprint', 'keyType', 'expiry']);
  });

  it('has room for the longest caller that IAM knows', () => {
    const caller = `arn:aws:sts::123456789012:assumed-role/${'r'.repeat(64)}/${'s'.repeat(64)}`;
    const [event] = decisionEvents(judged(accepted(1, { caller })), QUESTION);
    expect(event?.fields['caller']).toBe(caller);
  });
});

describe('the event of a refused key', () => {
  it.each(Object.keys(KEY_REASONS) as KeyReason[])('tells the reason %s', (reason) => {
    const [event] = decisionEvents(judged(refusal(3, reason)), QUESTION);
    expect(event?.event).toBe('key-refused');
    expect(event?.fields).toEqual({ user: 'alice', reason, detail: 'why', entry: 3 });
    expect(event?.level).toBe(reason === 'fingerprint-mismatch' ? 'debug' : 'info');
  });

  it('tells what stood under the signature by the names that an accepted key has', () => {
    const facts = {
      fingerprint: FINGERPRINT,
      keyType: 'ssh-ed25519',
      caller: CALLER,
      requestId: REQUEST,
      expiry: NOW,
    };
    const verdict = { place: 1, ok: false, reason: 'expired', detail: 'why', facts } as const;
    const [event] = decisionEvents(judged(verdict), QUESTION);
    expect(event?.fields).toEqual({
      user: 'alice',
      reason: 'expired',
      detail: 'why',
      entry: 1,
      fingerprint: FINGERPRINT,
      keyType: 'ssh-ed25519',
      caller: CALLER,
      request: REQUEST,
      expiry: NOW,
    });
  });

  it('tells the fingerprint that was offered, if one was', () => {
    const fingerprint = parseFingerprint(FINGERPRINT);
    const events = decisionEvents(judged(refusal(1, 'expired')), { ...QUESTION, fingerprint });
    expect(events[0]?.fields).toMatchObject({ offered: FINGERPRINT });
  });
});

describe('the events of many keys', () => {
  const flood = Array.from({ length: 500 }, (_, index) => refusal(index + 1, 'entry-malformed'));

  it('are the first 20 refusals and the number of the others', () => {
    const events = decisionEvents(judged(...flood), QUESTION);
    expect(events).toHaveLength(21);
    expect(events.slice(0, 20).map(({ fields }) => fields['entry'])).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect(events.at(-1)).toMatchObject({ event: 'keys-refused-more', fields: { count: 480 } });
  });

  it('are all of them up to 20 refusals', () => {
    const events = decisionEvents(judged(...flood.slice(0, 20)), QUESTION);
    expect(events.map(({ event }) => event)).toEqual(Array(20).fill('key-refused'));
  });

  it('begin with the refusals of the offered key, wherever they stand', () => {
    const events = decisionEvents(judged(...flood, refusal(501, 'expired')), QUESTION);
    expect(events[0]).toMatchObject({ fields: { reason: 'expired', entry: 501 } });
    expect(events[1]).toMatchObject({ fields: { reason: 'entry-malformed', entry: 1 } });
    expect(events.at(-1)).toMatchObject({ event: 'keys-refused-more', fields: { count: 481 } });
  });

  it('are one for a key that somebody pushed often, with the latest expiry', () => {
    const pushes = [NOW + 10, NOW + 50, NOW + 50, NOW + 30].map((expiry, index) => {
      const verdict = accepted(index + 1, { requestId: `request ${index}` });
      return { ...verdict, value: { ...verdict.value, expiry } };
    });
    const other = accepted(5);
    const another = { ...other, value: { ...other.value, fingerprint: 'SHA256:B' } };
    const byOther = accepted(6, { caller: CALLER });
    expect(decisionEvents(judged(...pushes, another, byOther), QUESTION)).toMatchObject([
      { event: 'key-accepted', fields: { expiry: NOW + 50, request: 'request 2' } },
      { event: 'key-accepted', fields: { fingerprint: 'SHA256:B' } },
      { event: 'key-accepted', fields: { fingerprint: FINGERPRINT, caller: CALLER } },
    ]);
  });

  it('are one for a key whose pushes name no caller, be he left out or empty', () => {
    const verdicts = [accepted(1), accepted(2, { caller: '' })];
    expect(decisionEvents(judged(...verdicts), QUESTION)).toHaveLength(1);
  });

  it('never leave out an accepted key, wherever it stands', () => {
    const events = decisionEvents(judged(...flood, accepted(501)), QUESTION);
    expect(events.filter(({ event }) => event === 'key-accepted')).toHaveLength(1);
  });

  it('are the first 20 callers of one accepted key and the number of the others', () => {
    const sessions = Array.from({ length: 1500 }, (_, index) =>
      accepted(index + 1, { caller: `${CALLER}-${index}` }),
    );
    const events = decisionEvents(judged(...sessions, refusal(1501, 'expired')), QUESTION);
    expect(events.map(({ event }) => event)).toEqual([
      ...Array<string>(20).fill('key-accepted'),
      'keys-accepted-more',
      'key-refused',
    ]);
    expect(events[0]?.fields).toMatchObject({ caller: `${CALLER}-0` });
    expect(events[20]).toMatchObject({ level: 'info', fields: { user: 'alice', count: 1480 } });
  });

  it('tell of each accepted key before they tell of one a second time', () => {
    const sessions = Array.from({ length: 40 }, (_, index) =>
      accepted(index + 1, { caller: `${CALLER}-${index}` }),
    );
    const last = accepted(41);
    const other = { ...last, value: { ...last.value, fingerprint: 'SHA256:B' } };
    const events = decisionEvents(judged(...sessions, other), QUESTION);
    expect(events.slice(0, 2).map(({ fields }) => fields['fingerprint'])).toEqual([
      FINGERPRINT,
      'SHA256:B',
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'keys-accepted-more', fields: { count: 21 } });
  });

  it('are all of them up to 20 accepted pushes', () => {
    const sessions = Array.from({ length: 20 }, (_, index) =>
      accepted(index + 1, { caller: `${CALLER}-${index}` }),
    );
    const events = decisionEvents(judged(...sessions), QUESTION);
    expect(events.map(({ event }) => event)).toEqual(Array(20).fill('key-accepted'));
  });

  it('do not count other fingerprints, which stay at debug', () => {
    const others = flood.map(({ place }) => refusal(place, 'fingerprint-mismatch'));
    const events = decisionEvents(judged(...others, refusal(501, 'expired')), QUESTION);
    const written = events.filter(({ level }) => level !== 'debug');
    expect(written).toMatchObject([{ event: 'key-refused', fields: { reason: 'expired' } }]);
  });

  it('are none where there was no key', () => {
    expect(decisionEvents(judged(), QUESTION)).toEqual([]);
  });
});

describe('the event of a refused signer', () => {
  it.each(Object.keys(SIGNER_REASONS) as SignerReason[])('warns with the reason %s', (reason) => {
    const decision = {
      kind: 'signer-refused',
      reason,
      detail: 'why',
      subject: 'CN=x',
      verdicts: [],
    } as const;
    expect(decisionEvents(decision, QUESTION)).toMatchObject([
      {
        level: 'warn',
        event: 'signer-refused',
        fields: { user: 'alice', reason, detail: 'why', subject: 'CN=x' },
      },
    ]);
  });

  it('is followed by those of the entries that nobody could have signed', () => {
    const decision: Decision = {
      kind: 'signer-refused',
      reason: 'staple-missing',
      detail: 'why',
      verdicts: [refusal(1, 'entry-malformed'), refusal(3, 'fingerprint-mismatch')],
    };
    expect(decisionEvents(decision, QUESTION)).toMatchObject([
      { event: 'signer-refused' },
      { level: 'info', event: 'key-refused', fields: { reason: 'entry-malformed', entry: 1 } },
      { level: 'debug', event: 'key-refused', fields: { reason: 'fingerprint-mismatch' } },
    ]);
  });

  it('has no subject where no certificate could be read', () => {
    const decision = {
      kind: 'signer-refused',
      reason: 'chain-malformed',
      detail: 'why',
      verdicts: [],
    } as const;
    expect(decisionEvents(decision, QUESTION)[0]?.fields).not.toHaveProperty('subject');
  });
});

describe('the events of what is no verdict', () => {
  it('tell the code of a fault, and the error underneath', () => {
    const fault = new Fault('IMDS_TIMEOUT', 'no answer', { cause: new Error('socket') });
    expect(faultEvent(fault, 'alice')).toMatchObject({
      level: 'error',
      event: 'fault',
      fields: { user: 'alice', code: 'IMDS_TIMEOUT', detail: 'no answer', cause: 'socket' },
    });
    expect(faultEvent(new Fault('IMDS_TIMEOUT', 'x'), 'alice').fields).not.toHaveProperty('cause');
  });

  it('tell the stack of a bug, whatever was thrown', () => {
    const { level, event, fields } = bugEvent(new TypeError('ours'));
    expect({ level, event }).toEqual({ level: 'error', event: 'bug' });
    expect(fields['stack']).toMatch(/ours.*events\.test\.ts/);
    expect(bugEvent('a text').fields['stack']).toBe('a text');
    expect(bugEvent(undefined).fields['stack']).toBe('undefined');
  });

  it('tell whether sshd had its answer before a bug; if nothing else is said, it had none', () => {
    const [printed, none] = [true, false].map((wasPrinted) => bugEvent('', wasPrinted).message);
    expect(printed).toMatch(/had been printed$/);
    expect(none).toMatch(/nothing was printed$/);
    expect(bugEvent('').message).toBe(none);
  });

  it('tell what became of a helper', () => {
    const trouble = { code: 'helper-failed', helper: '/etc/helper', detail: 'status 1' };
    const [level, event] = ['warn', 'helper'];
    expect(helperEvent(trouble)).toMatchObject({ level, event, fields: trouble });
  });

  it('tell what was wrong with the command line', () => {
    const event = { level: 'error', event: 'usage', fields: { detail: 'expected <user>' } };
    expect(usageEvent('expected <user>')).toMatchObject(event);
  });
});

describe('the event of a question', () => {
  const found = { answer: 'no-key', keys: 0, exitCode: 0, milliseconds: 42 } as const;
  const event = { level: 'info', event: 'question' };

  it('tells who asked, the answer, the lines, the exit code and the time', () => {
    const asked = questionEvent({ user: 'alice', ...found });
    expect(asked).toMatchObject(event);
    expect(asked.fields).toStrictEqual({ user: 'alice', ...found });
  });

  it('tells the fingerprint that was offered, if one was', () => {
    const { fields } = questionEvent({ user: 'alice', fingerprint: FINGERPRINT, ...found });
    expect(fields).toStrictEqual({ user: 'alice', offered: FINGERPRINT, ...found });
  });
});

describe('the event of an explained run', () => {
  it('is the same one, and says that nobody logs in', () => {
    const event = usageEvent('why');
    const fields = { ...event.fields, explain: true };
    expect(explainedEvent(event)).toStrictEqual({ ...event, fields });
  });
});

describe('the sentence of an event', () => {
  const last = (decision: Decision): AuditEvent | undefined =>
    decisionEvents(decision, QUESTION).at(-1);
  const many = (one: (place: number) => KeyVerdict): Decision =>
    judged(...Array.from({ length: 22 }, (_, index) => one(index + 1)));
  const asked = { user: 'alice', keys: 0, exitCode: 0, milliseconds: 1 };

  it.each<[string, () => AuditEvent | undefined, readonly string[]]>([
    [
      'an accepted key names its type, its fingerprint and the user',
      () => last(judged(accepted())),
      ['ssh-ed25519', FINGERPRINT, 'alice'],
    ],
    [
      'a refused key names its entry, the user and the reason',
      () => last(judged(refusal(3, 'expired'))),
      ['entry 3', 'alice', KEY_REASONS.expired],
    ],
    [
      'a refused signer names the user and the reason',
      () =>
        last({
          ...{ kind: 'signer-refused', reason: 'staple-missing', detail: 'why' },
          verdicts: [],
        }),
      ['alice', SIGNER_REASONS['staple-missing']],
    ],
    [
      'further accepted keys names their number and the user',
      () => last(many((place) => accepted(place, { caller: String(place) }))),
      ['2 ', 'accepted', 'alice'],
    ],
    [
      'further refusals names their number and the user',
      () => last(many((place) => refusal(place, 'expired'))),
      ['2 ', 'refused', 'alice'],
    ],
    [
      'a fault names the user and what failed',
      () => faultEvent(new Fault('IMDS_TIMEOUT', 'no answer in time'), 'alice'),
      ['alice', 'no answer in time'],
    ],
    [
      'a helper names its path, the code and what was found',
      () => helperEvent({ code: 'helper-failed', helper: '/etc/helper', detail: 'status 1' }),
      ['/etc/helper', 'helper-failed', 'status 1'],
    ],
    [
      'a wrong command line says what is wrong',
      () => usageEvent('expected <user>'),
      ['usage', 'expected <user>'],
    ],
    ...(Object.keys(ANSWERS) as Answer[]).map(
      (answer): [string, () => AuditEvent, readonly string[]] => [
        `a question names the user and explains the answer ${answer}`,
        () => questionEvent({ ...asked, answer }),
        ['alice', ANSWERS[answer]],
      ],
    ),
  ])('of %s', (_, event, parts) => {
    const { message } = event() ?? {};
    for (const part of parts) expect(message).toContain(part);
  });
});

describe('every event', () => {
  const hostileQuestion = { ...QUESTION, user: HOSTILE };
  const hostileKey = judged(accepted(1, { caller: HOSTILE, requestId: HOSTILE }), {
    ...refusal(2, 'expired', HOSTILE),
    facts: {
      fingerprint: FINGERPRINT,
      keyType: 'ssh-ed25519',
      caller: HOSTILE,
      requestId: HOSTILE,
    },
  });
  const hostileSigner: Decision = {
    kind: 'signer-refused',
    reason: 'name-mismatch',
    detail: HOSTILE,
    subject: HOSTILE,
    verdicts: [],
  };
  const fault = new Fault('IMDS_STATUS', HOSTILE, { cause: new Error(HOSTILE) });
  const hostileEvents = (): readonly AuditEvent[] => [
    ...decisionEvents(hostileKey, hostileQuestion),
    ...decisionEvents(hostileSigner, hostileQuestion),
    faultEvent(fault, HOSTILE),
    bugEvent(new Error(HOSTILE)),
    usageEvent(HOSTILE),
    helperEvent({ code: 'helper-failed', helper: HOSTILE, detail: HOSTILE }),
    questionEvent({
      ...{ user: HOSTILE, fingerprint: HOSTILE, answer: 'usage' },
      ...{ keys: 0, exitCode: 1, milliseconds: 1 },
    }),
  ];

  it('is printable ASCII of bounded length, whatever the network says', () => {
    const events = hostileEvents();
    expect(events).toHaveLength(8);
    for (const { message, fields } of events) {
      for (const text of [message, ...Object.values(fields).map(String)]) {
        expect(text).toMatch(/^[\x20-\x7e]{0,2000}$/);
      }
    }
  });
});

import type { EmulatorCounters } from './emulator.ts';
import { parseFaultRule, type FaultRule } from './faults.ts';
import { json, text, type HttpRequest, type HttpResponse } from './http.ts';
import { DEFAULT_MATERIAL, parseMaterial, type Material } from './material.ts';
import type { PushedKey } from './store.ts';
import { asInteger, asList, asRecord, asString, ShapeError } from './strict-json.ts';

/** The switches of an emulator. */
export interface Controllable {
  readonly rootPem: string;
  readonly faults: readonly FaultRule[];
  readonly material: Material;
  now(): number;
  setClockOffset(seconds: number): void;
  setFaults(rules: readonly FaultRule[]): void;
  setMaterial(material: Material): void;
  pushKeys(keys: readonly PushedKey[]): void;
  clearKeys(): void;
  counters(): EmulatorCounters;
  resetCounters(): void;
}

/**
 * The control endpoint, JSON in and out:
 * GET /state · GET /root.pem · PUT /faults [rule…] · DELETE /faults · PUT /material {…} · DELETE /material ·
 * PUT /clock {offset} · POST /keys [key…] · DELETE /keys · GET /counters · DELETE /counters.
 * 400 says what is wrong with a document.
 */
export function handleControl(request: HttpRequest, emulator: Controllable): HttpResponse {
  const name = `${request.method} ${request.path}`;
  const read = READS[name];
  if (read !== undefined) return read(emulator);
  const write = WRITES[name];
  if (write === undefined) return json(404, { error: 'no such control' });
  try {
    write(emulator, request.body.length === 0 ? null : JSON.parse(request.body.toString()));
    return json(200, { ok: true });
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) {
      return json(400, { error: error.message });
    }
    throw error;
  }
}

const READS: Readonly<Record<string, (emulator: Controllable) => HttpResponse>> = {
  'GET /state': ({ faults, material }) => json(200, { faults, material }),
  'GET /root.pem': ({ rootPem }) => text(200, rootPem),
  'GET /counters': (emulator) => json(200, emulator.counters()),
};

const WRITES: Readonly<Record<string, (emulator: Controllable, body: unknown) => void>> = {
  'PUT /faults': (emulator, body) => {
    emulator.setFaults(asList(body, 'faults').map(parseFaultRule));
  },
  'DELETE /faults': (emulator) => {
    emulator.setFaults([]);
  },
  'PUT /material': (emulator, body) => {
    emulator.setMaterial(parseMaterial(body));
  },
  'DELETE /material': (emulator) => {
    emulator.setMaterial(DEFAULT_MATERIAL);
  },
  'PUT /clock': (emulator, body) => {
    const { offset } = asRecord(body, 'clock', ['offset']);
    emulator.setClockOffset(asInteger(offset, 'clock.offset', -1_000_000_000));
  },
  'POST /keys': (emulator, body) => {
    emulator.pushKeys(asList(body, 'keys').map((key) => parseKey(key, emulator.now())));
  },
  'DELETE /keys': (emulator) => {
    emulator.clearKeys();
  },
  'DELETE /counters': (emulator) => {
    emulator.resetCounters();
  },
};

function parseKey(value: unknown, now: number): PushedKey {
  const fields = ['instanceId', 'osUser', 'publicKey', 'pushedAt', 'caller', 'requestId'];
  const key = asRecord(value, 'key', fields);
  return {
    instanceId: asString(key['instanceId'], 'key.instanceId'),
    osUser: asString(key['osUser'], 'key.osUser'),
    publicKey: asString(key['publicKey'], 'key.publicKey'),
    pushedAt: asInteger(key['pushedAt'] ?? Math.floor(now), 'key.pushedAt'),
    caller: asString(key['caller'] ?? 'arn:aws:iam::123456789012:user/control', 'key.caller'),
    requestId: asString(
      key['requestId'] ?? '00000000-0000-4000-8000-000000000000',
      'key.requestId',
    ),
  };
}

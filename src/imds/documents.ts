const TOKEN = /^[A-Za-z0-9+/=_-]{1,1000}$/;
const INSTANCE_ID = /^i-[0-9a-f]{8,32}$/;
const REGION = /^[a-z]{2,8}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2}$/;
const REGION_OF_ZONE = /^([a-z]{2,8}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2})[a-z]?(?:-[a-z0-9-]{1,40})?$/;
const DOMAIN = /^(?=.{1,200}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/;
const STAPLE_NAME = /^(?!\.{1,2}$)[^\p{Cc}/\\]{1,128}$/u;

/** Reads a document that is one word; a line break at its end is tolerated. */
function word(body: Buffer, form: RegExp): string | undefined {
  const text = body.toString('latin1').replace(/\r?\n$/, '');
  return form.test(text) ? text : undefined;
}

/** The session token of IMDSv2, or undefined where the body is none that a header could carry. */
export function parseToken(body: Buffer): string | undefined {
  return word(body, TOKEN);
}

/** An instance id, `i-` and 8 to 32 hex digits, or undefined. */
export function parseInstanceId(body: Buffer): string | undefined {
  return word(body, INSTANCE_ID);
}

/** A region's name such as `us-gov-west-1`, or undefined. */
export function parseRegion(body: Buffer): string | undefined {
  return word(body, REGION);
}

/**
 * The region that a zone belongs to: `us-east-1a`, but also Local Zones (`us-west-2-lax-1a`) and
 * Wavelength (`us-east-1-wl1-bos-wlz-1`). Only for hosts whose IMDS has no `placement/region`.
 */
export function parseRegionOfZone(body: Buffer): string | undefined {
  const zone = word(body, REGION_OF_ZONE);
  return zone === undefined ? undefined : REGION_OF_ZONE.exec(zone)?.[1];
}

/** The partition's service domain such as `amazonaws.com.cn`, or undefined. */
export function parseDomain(body: Buffer): string | undefined {
  return word(body, DOMAIN);
}

/**
 * The names of the staples: whatever can be one segment of a path once it is percent-encoded. A name
 * says nothing of its staple, so one that cannot be asked for is left out and does no harm.
 */
export function parseStapleNames(body: Buffer): readonly string[] {
  const lines = body.toString('utf8').split(/\r?\n/);
  return lines.filter((line) => STAPLE_NAME.test(line));
}

import { pemOf, type Scenario } from '../pki/index.ts';
import { openssl } from './openssl.ts';

/** What a tool thinks of material. */
export type Answer = 'accepts' | 'refuses';

const pem = (certificates: readonly Buffer[]): string =>
  certificates.map((der) => pemOf(der)).join('');

/**
 * `openssl verify` on the same certificates, as a strict TLS client would call it. -partial_chain,
 * because here too any certificate of the store is an anchor; -auth_level 2 asks for 112 bits.
 */
export function opensslPath({ served, trusted, signerName, now }: Scenario): Answer {
  const flags = ['-x509_strict', '-partial_chain', '-auth_level', '2', '-purpose', 'sslserver'];
  const names = ['-verify_hostname', signerName, '-attime', String(now)];
  const files = ['-no-CApath', '-no-CAstore', '-CAfile', 'trusted.pem'];
  const chain = ['-untrusted', 'served.pem', 'leaf.pem'];
  const { status } = openssl(['verify', ...flags, ...names, ...files, ...chain], {
    'trusted.pem': pem(trusted),
    'served.pem': pem(served),
    'leaf.pem': pem(served.slice(0, 1)),
  });
  return status === 0 ? 'accepts' : 'refuses';
}

/** `openssl ocsp` on each staple: whether one of them is good for the leaf, one for the CA above. */
export function opensslStaples(scenario: Scenario): Answer {
  const { root, intermediate, leaf } = scenario;
  const good = [
    [leaf.pem, intermediate.pem],
    [intermediate.pem, root.pem],
  ].every(([certificate = '', issuer = '']) =>
    scenario.staples.some((staple) => isGood(scenario, staple, certificate, issuer)),
  );
  return good ? 'accepts' : 'refuses';
}

/**
 * Whether OpenSSL believes the staple and finds the certificate good in it: two questions. In one, the
 * command of 3.0.19 falls back on the issuer of the certificate in question as a signer trusted for
 * everything; that of 3.0.22 does not.
 */
function isGood(scenario: Scenario, staple: Buffer, certificate: string, issuer: string): boolean {
  const files = {
    'staple.der': staple[0] === 0x30 ? staple : Buffer.from(staple.toString('latin1'), 'base64'),
    'issuer.pem': issuer,
    'subject.pem': certificate,
    'trusted.pem': pem(scenario.trusted),
    'known.pem': pem([...scenario.served, ...scenario.trusted]),
  };
  const response = ['ocsp', '-respin', 'staple.der'];
  const trust = ['-no-CApath', '-no-CAstore', '-CAfile', 'trusted.pem'];
  const verified = openssl([...response, ...trust, '-verify_other', 'known.pem'], files);
  if (!verified.text.includes('Response verify OK')) return false;
  // The command makes up the CertID that it looks for, with SHA-1 unless told otherwise.
  return ['-sha1', '-sha256'].some((hash) => {
    const about = ['-noverify', hash, '-issuer', 'issuer.pem', '-cert', 'subject.pem'];
    return openssl([...response, ...about], files).text.includes('subject.pem: good');
  });
}

/**
 * A test PKI: certificates and OCSP responses, right or wrong in any way a test asks for.
 *
 *   const chain = instanceConnectChain({ now, region: 'us-east-1' });   // the shape AWS serves
 *   chain.chainPem, chain.staples[0].der, chain.root.pem, chain.signerKey.privateKey
 *
 *   const root = issueCa({ subject: 'Root', key: testKey('p256', 'root'), notBefore, notAfter });
 *   const leaf = issueLeaf({ subject: 'a', dns: ['a'], key, issuedBy: root, notBefore, notAfter });
 *   const odd  = issueCertificate({ ..., extensions: [unknownExtension(true)], hash: 'sha1' });
 *   const ocsp = ocspResponse({ singles: [goodSingle(leaf, root, now)], responder: root, producedAt: now });
 *
 * Everything is synchronous, times are Unix seconds, the same input gives the same certificate
 * (RSA PKCS#1 v1.5; ECDSA signatures differ). Keys are cached by kind and slot (keys.ts).
 * der.ts writes raw DER for what the rest cannot say. openssl judges the result in test/unit/pki.
 */
export * from './certificate.ts';
export * from './der.ts';
export * from './extensions.ts';
export * from './instance-connect-chain.ts';
export * from './keys.ts';
export * from './name.ts';
export * from './ocsp.ts';
export * from './scenario.ts';
export * from './signature.ts';

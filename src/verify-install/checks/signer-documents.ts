import type { Check } from '../check.ts';
import { counted } from '../phrases.ts';
import { answered, documents, imds } from '../facts/imds.ts';

/** IMDS serves the signer's certificates and their staples. */
export const signerDocuments: Check = {
  id: 'signer-documents',
  group: 'imds',
  title: "signer's certificates",
  dependsOn: ['imds-token', 'instance-id'],
  needs: ['instance'],
  async run(on) {
    const before = on.fact(imds).late;
    const { staples, chainPem } = await on.fact(documents);
    const certificates = chainPem.split('-----BEGIN CERTIFICATE-----').length - 1;
    const found = `${counted(certificates, 'certificate')}, ${counted(staples.length, 'staple')}`;
    const late = on.fact(imds).late - before;
    return answered(found, late, { certificates, staples: staples.length });
  },
};

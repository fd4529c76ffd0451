import { signerName } from '../../signer/signer-name.ts';
import { fail, pass, type Check } from '../check.ts';
import { documents } from '../facts/imds.ts';
import { lookAt } from '../remedies.ts';

/** Region and domain belong to a partition that the program knows. */
export const signerNameKnown: Check = {
  id: 'signer-name',
  group: 'imds',
  title: 'region and partition',
  dependsOn: ['signer-documents'],
  needs: ['instance'],
  async run(on) {
    const { region, domain } = await on.fact(documents);
    const name = signerName(region, domain);
    if (name.ok) return pass(`${region}, ${domain}`, { region, domain, signer: name.value });
    const upgrade =
      'the partition is newer than this program, or another service answers in place of IMDS';
    return fail(name.detail, lookAt('ec2-instance-connect --version', upgrade));
  },
};

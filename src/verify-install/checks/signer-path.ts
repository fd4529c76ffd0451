import { fail, pass, warn, type Check } from '../check.ts';
import { signer } from '../facts/imds.ts';
import { judgeSigner } from '../facts/signer-verdict.ts';
import { duration, moment } from '../phrases.ts';
import { lookAt } from '../remedies.ts';

/** A certificate that ends so soon, in seconds, should have been replaced by now. */
const SOON = 2 * 86_400;
export const ASK_IMDS = 'ec2-instance-connect verify-install';
const WAIT =
  'run it again in an hour: the service renews its certificates; if it persists, ask AWS Support';

/** A path of certificates leads from the signer to that root. */
export const signerPath: Check = {
  id: 'signer-path',
  group: 'trust',
  title: "signer's certification path",
  dependsOn: ['ca-root'],
  needs: ['instance'],
  async run(on) {
    const verdict = await on.fact(signer);
    const refusal = judgeSigner(verdict, 'signer-path');
    if (refusal !== undefined) return fail(refusal, lookAt(ASK_IMDS, WAIT));
    if (!verdict.ok) return pass('holds');
    const { path } = verdict.value;
    // The anchor is trusted for itself: its end is the distribution's matter.
    const ends = Math.min(...path.slice(0, -1).map(({ notAfter }) => notAfter));
    const left = ends - on.edges.now();
    const found = `${path.length} certificates, until ${moment(ends)}`;
    const data = { certificates: path.length, notAfter: ends };
    if (left < SOON) return warn(`${found}, in ${duration(left)}`, lookAt(ASK_IMDS, WAIT), data);
    return pass(found, data);
  },
};

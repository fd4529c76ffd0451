import { fail, pass, warn, type Check } from '../check.ts';
import { signer } from '../facts/imds.ts';
import { judgeSigner } from '../facts/signer-verdict.ts';
import { duration, moment } from '../phrases.ts';
import { lookAt } from '../remedies.ts';
import { ASK_IMDS } from './signer-path.ts';

const SOON = 3600;
const WAIT =
  'run it again in an hour: the service renews its staples; if it persists, ask AWS Support';

/** Every certificate of the path has a staple that says that it is good, now. */
export const signerStaples: Check = {
  id: 'signer-staples',
  group: 'trust',
  title: 'revocation staples',
  dependsOn: ['signer-path'],
  needs: ['instance'],
  async run(on) {
    const verdict = await on.fact(signer);
    const refusal = judgeSigner(verdict, 'signer-staples');
    if (refusal !== undefined) return fail(refusal, lookAt(ASK_IMDS, WAIT));
    if (!verdict.ok) return pass('good');
    const updates = verdict.value.path.flatMap(({ staple }) => staple?.nextUpdate ?? []);
    const ends = Math.min(...updates);
    const left = ends - on.edges.now();
    const found = `${updates.length} good, until ${moment(ends)}`;
    const data = { staples: updates.length, nextUpdate: ends };
    if (left < SOON) return warn(`${found}, in ${duration(left)}`, lookAt(ASK_IMDS, WAIT), data);
    return pass(found, data);
  },
};

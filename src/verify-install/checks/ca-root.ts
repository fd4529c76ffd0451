import { fail, pass, type Check } from '../check.ts';
import { signer } from '../facts/imds.ts';
import { judgeSigner } from '../facts/signer-verdict.ts';
import { anchorsRemedy } from './ca-store.ts';

const OTHERWISE =
  'if that does not help, another service may answer in place of IMDS: iptables -t nat -S; nft list ruleset';

/** The CA store has the root that the signer's path leads to. */
export const caRoot: Check = {
  id: 'ca-root',
  group: 'trust',
  title: "root of the signer's path",
  dependsOn: ['ca-store', 'clock', 'signer-name', 'signer-documents'],
  needs: ['instance'],
  async run(on) {
    const verdict = await on.fact(signer);
    const refusal = judgeSigner(verdict, 'ca-root');
    if (refusal !== undefined) {
      const { path } = on.edges.trustStore();
      return fail(`not in ${path}: ${refusal}`, anchorsRemedy(on, OTHERWISE));
    }
    const root = verdict.ok ? verdict.value.path.at(-1)?.subject : undefined;
    return pass(root ?? 'found');
  },
};

import { fetchInstanceId } from '../../imds/gather.ts';
import { Fault } from '../../verdict/fault.ts';
import { fail, type Check } from '../check.ts';
import { answered, imds } from '../facts/imds.ts';
import { lookAt } from '../remedies.ts';
import { modifyOptions } from './imds-reachable.ts';

/** IMDSv2 gives a session token, and answers with it. */
export const imdsToken: Check = {
  id: 'imds-token',
  group: 'imds',
  title: 'IMDSv2 session',
  dependsOn: ['imds-reachable'],
  needs: ['instance'],
  async run(on) {
    const begun = on.edges.now();
    try {
      await fetchInstanceId(on.fact(imds));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // The hop limit is for the answer to the PUT alone: whoever is too far away never sees it,
      // while requests without a token are answered (EC2 User Guide, HttpPutResponseHopLimit).
      if (error.code === 'IMDS_TIMEOUT' && error.message.includes('/latest/api/token')) {
        const found = 'IMDS answers, but not requests for a token: the hop limit is too low';
        return fail(
          found,
          modifyOptions(
            on,
            '--http-put-response-hop-limit 2',
            'containers one hop away can reach IMDS, too',
          ),
        );
      }
      const note =
        'see what IMDS answers; stopping and starting the instance moves it to other hardware';
      return fail(error.message, lookAt('curl -v http://169.254.169.254/', note));
    }
    const milliseconds = Math.round((on.edges.now() - begun) * 1000);
    const { late } = on.fact(imds);
    return answered(`token and first answer in ${milliseconds} ms`, late, { milliseconds });
  },
};

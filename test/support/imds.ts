import { ImdsClient, type Deadline } from '../../src/imds/client.ts';
import { LoopbackServer, refusingUrl, type Answer } from './loopback-server.ts';

export const TOKEN = 'AQAEAHh0b2tlbg==';
/** Time enough for whatever a test does. */
export const PATIENT: Deadline = { remaining: () => 60_000 };

const TOKEN_PATH = '/latest/api/token';
const DOCUMENTS = '/latest/meta-data/';

/** Hands out the token, and leaves every other request to `answer`. */
export function withToken(answer: Answer): Answer {
  return (response, request) => {
    if (request.path === TOKEN_PATH) response.end(TOKEN);
    else answer(response, request);
  };
}

/** Answers with the document of a path below `meta-data/`, else with 404. */
export function documents(bodies: Readonly<Record<string, string | Buffer>>): Answer {
  return withToken((response, { path }) => {
    const name = path.slice(DOCUMENTS.length);
    const body = Object.hasOwn(bodies, name) ? bodies[name] : undefined;
    if (body === undefined) response.writeHead(404);
    response.end(body ?? '<h1>Not Found</h1>');
  });
}

/** A client and the server that it asks. */
export interface ServedClient extends AsyncDisposable {
  readonly imds: ImdsClient;
  readonly server: LoopbackServer;
}

/** Starts a server and makes a client for it; there is no second endpoint. */
export async function serve(answer: Answer, deadline: Deadline = PATIENT): Promise<ServedClient> {
  const server = await LoopbackServer.start(answer);
  const imds = new ImdsClient(deadline, [server.url, await refusingUrl()]);
  return {
    imds,
    server,
    async [Symbol.asyncDispose]() {
      imds.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/**
 * Sends requests that nobody would write to an API server in a process of its own, over TLS, for as many minutes as it
 * is told: `node test/bench/fuzz.ts MINUTES [SEED]`. The verdict is its exit code: 0 where the server has not crashed,
 * answered nothing but what it may, stood still for nobody, and kept nothing of what came.
 */
import https from 'node:https';
import { mediaType } from '../../agent/api/media-types.ts';
import { type MeteredServer, startMeteredServer } from '../integration/metered/client.ts';
import { definitions } from '../unit/agent/api/schema/definitions.ts';
import { bare } from '../unit/agent/fuzz/objects.ts';
import { Random } from '../unit/agent/fuzz/random.ts';
import { anyRequest, type FuzzRequest } from '../unit/agent/fuzz/requests.ts';
import { isFault, tidy } from '../unit/agent/fuzz/verdict.ts';

const [minutes = 1, firstSeed = 1] = process.argv.slice(2).map(Number);
const batch = 500;
/** CPU milliseconds of one turn. A machine that is busy with other things counts up to double. */
const longestTurn = 100;
/** Milliseconds for one answer, on a machine that is busy. */
const patience = 30_000;
/** Bytes that may be held more than after the first batches, which fill what the server keeps for speed. */
const tolerated = 24 * 2 ** 20;
const warmUp = 10;

const server = await startMeteredServer();
const agent = new https.Agent({
  keepAlive: true,
  ca: server.ca,
  cert: server.admin.certificate,
  key: server.admin.key,
});

interface Answer {
  status: number;
  body: Buffer;
}

/** What a header cannot carry no client can send. */
const sendable = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '')]));

/** A watch is left when it begins. Rejects where no answer comes, or half of one. */
function exchange({ method, path, headers, body }: Omit<FuzzRequest, 'sample'>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      method,
      headers: { ...sendable(headers), 'content-length': body.length },
      timeout: patience,
    };
    const request = https.request(`${server.url}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      const status = response.statusCode ?? 0;
      const done = () => resolve({ status, body: Buffer.concat(chunks) });
      response
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', done)
        .on('error', reject);
      if (!/[?&]watch=|\/watch\//.test(path) || status >= 400) return;
      done();
      response.destroy();
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${patience} ms`)));
    request.on('error', reject).end(body);
  });
}

const ask = async (
  method: FuzzRequest['method'],
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const type = { 'content-type': mediaType.json, ...headers };
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  return { body: JSON.parse((await exchange({ method, path, headers: type, body: bytes })).body.toString()) };
};

/** Of a status in any encoding: as text, the message is in it. */
const messageIn = (body: Buffer): string => {
  const text = body.toString('utf8');
  return text.startsWith('{') ? String(JSON.parse(text).message) : text;
};

async function trial(seed: number): Promise<string | undefined> {
  const request = anyRequest(new Random(seed), definitions);
  if (request.method !== 'POST') await ask('POST', request.sample.path, bare(request.sample));
  const { status, body } = await exchange(request);
  const message = status >= 500 ? messageIn(body) : '';
  return isFault(status, message) ? `seed ${seed}: ${request.method} ${request.path}: ${status} ${message}` : undefined;
}

async function measure(of: MeteredServer): Promise<number> {
  await tidy(ask);
  await of.rest();
  return of.alive();
}

const faults: string[] = [];
const held: number[] = [];
let longest = 0;
let seed = firstSeed;
const end = Date.now() + minutes * 60_000;
for (let batches = 1; Date.now() < end || batches <= warmUp + 1; batches += 1) {
  if (batches % warmUp === 1) held.push(await measure(server));
  await server.longestTurn();
  const from = seed;
  for (; seed < from + batch; seed += 1) {
    const fault = await trial(seed).catch((error: Error) => `seed ${seed}: ${error.message}`);
    if (fault) faults.push(fault);
  }
  const turn = await server.longestTurn();
  longest = Math.max(longest, turn);
  if (turn > longestTurn) faults.push(`seeds ${from} to ${seed - 1}: a turn of ${Math.round(turn)} ms`);
}
held.push(await measure(server));
console.error(held.map((bytes) => Math.round(bytes / 1e6)).join(' '));
const grown = (held.at(-1) ?? 0) - (held[1] ?? 0);
if (grown > tolerated) faults.push(`${Math.round(grown / 1e6)} MB are kept of requests whose objects are gone`);
agent.destroy();
await server.close();

for (const fault of faults.slice(0, 50)) console.log(fault);
console.log(
  `${seed - firstSeed} requests, longest turn ${Math.round(longest)} ms, ${Math.round(grown / 1e6)} MB kept: ` +
    (faults.length === 0 ? 'nothing found' : `${faults.length} faults`),
);
process.exitCode = faults.length === 0 ? 0 : 1;

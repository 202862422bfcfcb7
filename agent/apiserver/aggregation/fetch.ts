/** Documents of another API server, bounded in time and size. */
import { createHash } from 'node:crypto';
import type { SizeLimits } from '../../api/json/limits.ts';
import { parsingJson } from '../../api/json/parse.ts';
import type { APIService } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { Turns } from '../turns.ts';
import { aggregatorUser } from './availability.ts';
import { type Backends, gathered, openAnswer, outgoingHeaders } from './backend.ts';
import { deadline, discoveryTimeout } from './deadline.ts';

export interface Fetching {
  backends: Backends;
  clock: Clock;
  turns: Turns;
}

/** Of a document; the server's own, with all of its kinds, has a fifth of that. */
const limits: SizeLimits = { bytes: 2 << 20, values: 100_000 };

export interface Fetched {
  status: number;
  contentType: string;
  value: unknown;
  /** Changes with the content; '' where there is none. */
  tag: string;
}

/** Rejects where the server does not answer in time, or with more than it may. */
export async function fetchJson(
  { backends, clock, turns }: Fetching,
  service: APIService,
  path: string,
  accept: string,
): Promise<Fetched> {
  const { backend } = backends.to(service, path);
  const time = deadline(clock, discoveryTimeout);
  try {
    const headers = outgoingHeaders({ accept }, aggregatorUser);
    const answer = await openAnswer({ ...backend, headers }, 'GET', undefined, time.signal);
    const { statusCode: status = 0 } = answer;
    const contentType = answer.headers['content-type'] ?? '';
    if (status !== 200) answer.destroy();
    const bytes = status === 200 ? await gathered(answer, limits.bytes) : undefined;
    if (!bytes) return { status, contentType, value: undefined, tag: '' };
    const tag = createHash('sha256').update(bytes).digest('hex');
    return { status, contentType, value: await turns.run(parsingJson(bytes, limits)), tag };
  } finally {
    time.cancel();
  }
}

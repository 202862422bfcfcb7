/**
 * How long the server's one thread is busy with expressions of policies, in force or only written. See
 * `hostile-turns.test.ts`.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attacksOfPolicies, policies } from './metered/attacks-of-policies.ts';
import { type MeteredServer, startMeteredServer } from './metered/client.ts';
import { leastTurn, tolerated } from './metered/least-turn.ts';

let server: MeteredServer;
beforeAll(async () => {
  server = await startMeteredServer();
  for (const each of policies) expect([each.body, await server.send(each)]).toEqual([each.body, 201]);
});
afterAll(() => server.close());

it.each(attacksOfPolicies.map((attack) => [attack.what, attack] as const))(
  'nobody is held up by %s',
  async (_what, { status, ...sent }) => {
    expect(await server.send(sent)).toBe(status);
    expect(await leastTurn(server, () => server.send(sent))).toBeLessThan(tolerated);
  },
);

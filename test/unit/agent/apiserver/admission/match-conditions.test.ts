/** `test/e2e/apimachinery/webhook.go` upstream: the rows about match conditions. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowed, startWebhookServer, type WebhookServer } from '../../../../fakes/webhook-server.ts';
import { configMap, inDefault, startApi, type TestApi } from '../api.ts';
import { configurations, register, webhook } from './webhook-configurations.ts';

let api: TestApi;
let server: WebhookServer;
beforeEach(async () => {
  server = await startWebhookServer(allowed);
  api = await startApi();
});
afterEach(async () => {
  await api.close();
  await server.close();
});

const maps = inDefault('configmaps');
const conditioned = (type: 'mutating' | 'validating', expressions: readonly string[], rest: object = {}) =>
  register(api, type, 'checks', [
    webhook(server, '/check', {
      matchConditions: expressions.map((expression, index) => ({ name: `condition-${index}`, expression })),
      ...rest,
    }),
  ]);
const asked = () => server.asked.map(({ review }) => review.request.name);

describe.each(['mutating', 'validating'] as const)('a %s webhook with match conditions', (type) => {
  it('is called where all of them hold', async () => {
    await conditioned(type, ["request.name.startsWith('a')", "object.data['colour'] == 'red'"]);
    await api.create(maps, configMap('a-red', { colour: 'red' }));
    await api.create(maps, configMap('a-blue', { colour: 'blue' }));
    await api.create(maps, configMap('b-red', { colour: 'red' }));
    expect(asked()).toEqual(['a-red']);
  });

  it('knows who writes, and what is replaced', async () => {
    await conditioned(type, ["request.userInfo.username == 'admin'", 'oldObject != null']);
    await api.create(maps, configMap('a', { key: '1' }));
    await api.request('PUT', `${maps}/a`, configMap('a', { key: '2' }));
    expect(server.asked.map(({ review }) => review.request.operation)).toEqual(['UPDATE']);
  });

  it('is not called where one does not hold, though another fails', async () => {
    await conditioned(type, ["object.none.x == 'y'", "request.name == 'b'"]);
    await api.create(maps, configMap('a'));
    expect(asked()).toEqual([]);
  });

  it('refuses the write where one fails, and the failure policy says so', async () => {
    await conditioned(type, ["object.none.x == 'y'"]);
    const refused = await api.refused('POST', maps, configMap('a'));
    expect([refused.code, refused.message, asked()]).toEqual([
      403,
      expect.stringContaining("configmaps \"a\" is forbidden: expression 'object.none.x == 'y'' resulted in error"),
      [],
    ]);
  });

  it('is left out where one fails, and the failure policy is to ignore that', async () => {
    await conditioned(type, ["object.none.x == 'y'"], { failurePolicy: 'Ignore' });
    await api.create(maps, configMap('a'));
    expect(asked()).toEqual([]);
  });

  it('is not registered with a condition that is none', async () => {
    const refused = await api.refused('POST', configurations[type], {
      metadata: { name: 'checks' },
      webhooks: [webhook(server, '/check', { matchConditions: [{ name: 'a', expression: 'request.name' }] })],
    });
    expect(refused.message).toContain(
      'webhooks[0].matchConditions[0].expression: Invalid value: "request.name": must evaluate to bool',
    );
  });
});

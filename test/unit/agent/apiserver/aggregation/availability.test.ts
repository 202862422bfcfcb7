/** When another server counts as available, as upstream says it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../kinds/table.ts';
import {
  type AggregationWorld,
  apiServices,
  type Condition,
  flunderService,
  flunders,
  isAvailable,
  service,
  services,
  slice,
  slices,
  startAggregation,
} from './world.ts';

let world: AggregationWorld;
beforeEach(async () => {
  world = await startAggregation();
});
afterEach(() => world.close());

const because = (reason: string) => (condition: Condition) => condition.reason === reason;
const told = async (reason: string) => (await world.condition(because(reason))).message;
const address = 'https://10.244.1.7:6443/apis/wardle.example.com/v1alpha1';

describe('another server', () => {
  it('is available once there is a service, a port, an endpoint and an answer, in this order', async () => {
    const { api } = world;
    await world.register();
    expect(await told('ServiceNotFound')).toBe('service/api in "wardle" is not present');
    await api.create(services, service(8443));
    expect(await told('ServicePortError')).toBe('service/api in "wardle" is not listening on port 443');
    const { metadata } = await api.get(`${services}/api`);
    await api.request('DELETE', `${services}/${metadata.name}`);
    await api.create(services, service());
    expect(await told('EndpointsNotFound')).toBe('cannot find endpointslices for service/api in "wardle"');
    await api.create(slices, slice({ endpoints: [{ addresses: ['10.244.1.7'], conditions: { ready: false } }] }));
    expect(await told('MissingEndpoints')).toBe(
      'endpointslices for service/api in "wardle" have no addresses with port name ""',
    );
    const { metadata: present } = await api.get(`${slices}/api-1`);
    await api.request('PUT', `${slices}/api-1`, { ...slice(), metadata: present });
    expect(await world.condition(isAvailable)).toMatchObject({ reason: 'Passed', message: 'all checks passed' });
    const { rows } = await tableOf(api, `${apiServices}/${flunderService}`);
    expect(rows).toEqual([`${flunderService} | wardle/api | True | 0s`]);
  });

  it.each<[what: string, spec: object, misbehave: number | undefined, message: string]>([
    ['answers with a failure', {}, 500, `bad status from ${address}: 500`],
    ['redirects', {}, 302, `bad status from ${address}: 302`],
    [
      'has a certificate that nobody knows',
      { caBundle: null },
      undefined,
      `Get "${address}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    ],
    [
      'has no certificates to check it by',
      { caBundle: Buffer.from('none').toString('base64') },
      undefined,
      'unable to load root certificates: unable to parse bytes as PEM block',
    ],
  ])('that %s is not', async (_what, spec, status, message) => {
    if (status) {
      world.extension.misbehave = (_request, response) => {
        response.writeHead(status, { location: '/elsewhere' });
        response.end();
        return true;
      };
    }
    await world.behindService();
    await world.register(spec);
    expect(await told('FailedDiscoveryCheck')).toContain(message);
    const refused = await world.api.request('GET', flunders);
    expect([refused.status, refused.body]).toEqual([503, 'service unavailable\n']);
    const { rows } = await tableOf(world.api, `${apiServices}/${flunderService}`);
    expect(rows[0]).toContain(' | False (FailedDiscoveryCheck) | ');
  });

  it('that anybody may be is available without a certificate that is known', async () => {
    await world.behindService();
    await world.register({ caBundle: null, insecureSkipTLSVerify: true });
    await world.condition(isAvailable);
  });

  it('that never answers is given up after five seconds', async () => {
    world.extension.misbehave = () => true;
    await world.behindService();
    await world.register();
    await world.extension.reached(5);
    await world.api.clock.advance(5_000);
    expect(await told('FailedDiscoveryCheck')).toBe(
      `failing or missing response from ${address}: Get "${address}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    );
  });

  it('is asked again every 30 seconds, so that it is noticed when it goes and when it comes back', async () => {
    await world.behindService();
    await world.register();
    await world.condition(isAvailable);
    world.extension.misbehave = (_request, response) => {
      response.writeHead(503);
      response.end();
      return true;
    };
    await world.api.clock.advance(30_000);
    await world.condition(because('FailedDiscoveryCheck'));
    world.extension.misbehave = () => undefined;
    await world.api.clock.advance(30_000);
    await world.condition(isAvailable);
  });

  it('whose API is served here again is local', async () => {
    await world.register();
    await told('ServiceNotFound');
    const { spec, ...rest } = await world.api.get(`${apiServices}/${flunderService}`);
    const { service: _service, caBundle: _bundle, ...local } = spec as Record<string, unknown>;
    await world.api.request('PUT', `${apiServices}/${flunderService}`, { ...rest, spec: local });
    expect(await told('Local')).toBe('Local APIServices are always available');
  });
});

it('nothing waits for another server while there is none', async () => {
  const { clock } = world.api;
  const before = clock.pending;
  await world.behindService();
  await world.register();
  await world.condition(isAvailable);
  expect(clock.pending).toBeGreaterThan(before);
  await world.api.request('DELETE', `${apiServices}/${flunderService}`);
  await clock.advance(120_000);
  const asked = world.extension.seen.length;
  await clock.advance(120_000);
  expect([clock.pending, world.extension.seen.length]).toEqual([before, asked]);
});

import { describe, expect, it } from 'vitest';
import { events } from '../../../../agent/api/core/event.ts';
import type { Event } from '../../../../agent/api/types.ts';
import { createClient } from '../../../../agent/client/client.ts';
import { createRecorder } from '../../../../agent/client/recorder.ts';
import type { ApiRequest } from '../../../../agent/client/transport.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { createFakeClock, settle } from '../../../fakes/clock.ts';
import { quietLog } from '../../../fakes/log.ts';

function aRecorder() {
  const requests: ApiRequest[] = [];
  const clock = createFakeClock();
  const world = { expired: false };
  const client = createClient({
    async request(request) {
      requests.push(request);
      const missing = world.expired && request.method === 'PATCH';
      return missing
        ? { status: 404, headers: {}, body: { code: 404, reason: 'NotFound', message: 'gone' } }
        : { status: 200, headers: {}, body: request.body };
    },
  });
  const recorder = createRecorder({ client, events, component: 'kubelet', host: 'worker', clock, log: quietLog });
  return { recorder, requests, clock, world };
}
const pod = aPod({ metadata: { name: 'web', uid: 'u1' } });

describe('recorder', () => {
  it('writes an event as upstream does', async () => {
    const { recorder, requests } = aRecorder();
    recorder.event(pod, 'Normal', 'Started', 'Started container main');
    await settle();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/default/events',
      body: {
        involvedObject: { kind: 'Pod', namespace: 'default', name: 'web', uid: 'u1', apiVersion: 'v1' },
        reason: 'Started',
        message: 'Started container main',
        source: { component: 'kubelet', host: 'worker' },
        type: 'Normal',
        count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z',
      },
    });
  });

  it('gives events of two components about one object at one moment names of their own', async () => {
    const [one, other] = [aRecorder(), aRecorder()];
    one.recorder.event(pod, 'Normal', 'Pulled', 'pulled');
    other.recorder.event(pod, 'Normal', 'Scheduled', 'scheduled');
    await settle();
    const names = [...one.requests, ...other.requests].map(({ body }) => (body as Event).metadata.name);
    expect(new Set(names).size).toBe(2);
  });

  it('puts events about cluster-scoped objects into the namespace default', async () => {
    const { recorder, requests } = aRecorder();
    recorder.event(aNode(), 'Normal', 'NodeReady', 'ready');
    await settle();
    expect(requests[0]?.path).toBe('/api/v1/namespaces/default/events');
  });

  it('counts the same event again on the first one', async () => {
    const { recorder, requests, clock } = aRecorder();
    recorder.event(pod, 'Warning', 'BackOff', 'Back-off restarting');
    await clock.advance(10_000);
    recorder.event(pod, 'Warning', 'BackOff', 'Back-off restarting');
    await settle();
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    expect(requests[1]?.body).toEqual({
      count: 2,
      lastTimestamp: '2026-01-01T00:00:10Z',
      message: 'Back-off restarting',
    });
  });

  it('starts anew where the first one has expired', async () => {
    const { recorder, requests, world } = aRecorder();
    recorder.event(pod, 'Warning', 'BackOff', 'again');
    await settle();
    world.expired = true;
    recorder.event(pod, 'Warning', 'BackOff', 'again');
    await settle();
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST']);
  });

  it('merges events that differ only in their message, from the tenth on', async () => {
    const { recorder, requests } = aRecorder();
    for (let i = 1; i <= 12; i += 1) recorder.event(pod, 'Normal', 'Created', `Created ${i}`);
    await settle();
    expect(requests.map(({ method }) => method)).toEqual([...Array(10).fill('POST'), 'PATCH', 'PATCH']);
    expect(requests[11]?.body).toMatchObject({ count: 3, message: '(combined from similar events): Created 12' });
  });

  it('lets one object have 25 events at once, then one every five minutes', async () => {
    const { recorder, requests, clock } = aRecorder();
    for (let i = 0; i < 40; i += 1) recorder.event(pod, 'Normal', `Reason${i}`, 'm');
    await settle();
    expect(requests).toHaveLength(25);
    await clock.advance(5 * 60_000);
    recorder.event(pod, 'Normal', 'Later', 'm');
    recorder.event(pod, 'Normal', 'TooSoon', 'm');
    await settle();
    expect(requests).toHaveLength(26);
  });
});

import { expect, it } from 'vitest';
import { createInFlight } from '../../../../../agent/apiserver/http/in-flight.ts';
import type { Method, ServerRequest } from '../../../../../agent/apiserver/request.ts';

const ask = (method: Method, path: string, groups = ['dev']): ServerRequest => {
  const { pathname, searchParams: query, search } = new URL(path, 'https://api');
  const user = { username: 'ann', groups };
  return { method, pathname, query, search, user, header: () => undefined, body: async () => undefined, warnings: [] };
};
const pods = '/api/v1/namespaces/default/pods';

it('refuses one more than may be under way, until one of them is over', () => {
  const inFlight = createInFlight({ reading: 1, writing: 1 });
  const leave = inFlight.enter(ask('GET', pods));
  expect(() => inFlight.enter(ask('GET', pods))).toThrow(
    expect.objectContaining({ code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } }),
  );
  leave();
  leave();
  inFlight.enter(ask('GET', pods));
  expect(() => inFlight.enter(ask('GET', pods))).toThrow('Too many requests');
});

it('counts readers and writers apart', () => {
  const inFlight = createInFlight({ reading: 1, writing: 1 });
  inFlight.enter(ask('GET', pods));
  inFlight.enter(ask('POST', pods));
  expect(() => inFlight.enter(ask('DELETE', pods))).toThrow('Too many requests');
});

it.each([
  ['a watch', ask('GET', `${pods}?watch=true`)],
  ['a watch of the old form', ask('GET', '/api/v1/watch/pods')],
  ['a log', ask('GET', `${pods}/web/log?follow=true`)],
  ['a shell', ask('POST', `${pods}/web/exec?command=sh`)],
  ['a proxied request', ask('GET', '/api/v1/namespaces/default/services/web/proxy/index.html')],
  ['a member of system:masters', ask('GET', pods, ['system:masters'])],
])('never refuses %s', (_, request) => {
  const inFlight = createInFlight({ reading: 0, writing: 0 });
  expect(() => inFlight.enter(request)()).not.toThrow();
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdmissionStep } from '../../../../agent/apiserver/admission/step.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
const never = Promise.withResolvers<void>();
/** Keeps a write waiting whose object is called `slow`. */
const slow: AdmissionStep = {
  name: 'Slow',
  operations: ['create'],
  resources: ['configmaps'],
  validate: ({ name }) => (name === 'slow' ? never.promise : undefined),
};

beforeAll(async () => {
  api = await startApi({ admission: [slow] });
});
afterAll(() => api.close());

const maps = inDefault('configmaps');

describe('the time that a client waits for its answer', () => {
  it('HTTP request timeout: returns HTTP status code 400 if the user specifies an invalid timeout in the URL', async () => {
    expect(await api.refused('GET', '/version?timeout=invalid')).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'invalid timeout specified in the request URL - time: invalid duration "invalid"',
    });
  });

  it.each(['1m', '0s', '-5s', '24h', ''])('may be "%s"', async (timeout) => {
    expect((await api.request('GET', `${maps}?timeout=${timeout}`)).status).toBe(200);
  });

  it.each([
    ['2s', 2_000],
    ['0s', 60_000],
    ['24h', 60_000],
  ])('%s ends after %d ms with 504, and not before', async (timeout, milliseconds) => {
    const answer = api.request('POST', `${maps}?timeout=${timeout}`, configMap('slow'));
    let answered = false;
    void answer.then(() => (answered = true));
    await api.clock.advance(milliseconds - 1);
    expect(answered).toBe(false);
    await api.clock.advance(1);
    expect(await answer).toMatchObject({
      status: 504,
      body: { reason: 'Timeout', message: 'Timeout: request did not complete within the allotted timeout' },
    });
  });

  it('is not looked at where somebody watches', async () => {
    const { status } = await api.request('GET', `${maps}?watch=true&timeoutSeconds=1&timeout=invalid`);
    expect(status).toBe(200);
  });
});

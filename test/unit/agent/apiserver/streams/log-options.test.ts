import { expect, it } from 'vitest';
import { logQuery } from '../../../../../agent/apiserver/streams/log-options.ts';

const answer = (query: string): unknown => {
  try {
    return String(logQuery('web', new URLSearchParams(query)));
  } catch (error) {
    return error;
  }
};

it('options that go together go on to the kubelet', () => {
  expect(answer('follow=true&previous=false&tailLines=5&limitBytes=1&sinceSeconds=9')).toBe(
    'follow=true&tailLines=5&limitBytes=1&sinceSeconds=9',
  );
});

it.each([
  ['tailLines=-1', 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
  ['limitBytes=0', 'limitBytes: Invalid value: 0: must be greater than 0'],
  ['sinceSeconds=0', 'sinceSeconds: Invalid value: 0: must be greater than 0'],
  [
    'sinceSeconds=0&sinceTime=2026-01-01T00:00:00Z',
    '[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
  ['stream=Stdout', 'stream: Forbidden: may not be specified'],
  [
    'tailLines=-9223372036854775808&stream=',
    '[tailLines: Invalid value: -9223372036854775808: must be greater than or equal to 0, stream: Forbidden: may not be specified]',
  ],
])('%s is refused', (query, why) => {
  expect(answer(query)).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: `PodLogOptions "web" is invalid: ${why}`,
    details: { name: 'web', kind: 'PodLogOptions' },
  });
});

it('a reason goes with each cause', () => {
  expect(answer('limitBytes=0&stream=All')).toMatchObject({
    details: { causes: [{ reason: 'FieldValueInvalid' }, { reason: 'FieldValueForbidden' }] },
  });
});

it('a number that is none is a bad request', () => {
  expect(answer('tailLines=')).toMatchObject({
    code: 400,
    message: 'strconv.ParseInt: parsing "": invalid syntax',
  });
});

import { expect, test } from 'vitest';
import { managerName } from '../../../../../agent/api/managed/manager-name.ts';

test.each<[string | undefined, string | undefined, string]>([
  ['me', 'kubectl/v1.36.0', 'me'],
  [undefined, 'kubectl/v1.36.0 (linux/amd64) kubernetes/abc', 'kubectl'],
  ['', 'curl', 'curl'],
  [undefined, undefined, 'unknown'],
  [undefined, '/v1', 'unknown'],
  [undefined, 'a\tb\u0000c d/1', 'abc d'],
  [undefined, 'x'.repeat(200), 'x'.repeat(128)],
  [undefined, 'é'.repeat(100), 'é'.repeat(64)],
])('the manager %j of a client that calls itself %j is %j', (fieldManager, userAgent, expected) => {
  expect(managerName(fieldManager, userAgent)).toBe(expected);
});

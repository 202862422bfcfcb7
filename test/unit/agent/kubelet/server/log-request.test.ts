import { expect, test } from 'vitest';
import { parseLogOptions } from '../../../../../agent/kubelet/server/log-request.ts';

const now = Date.parse('2026-01-01T01:00:00Z');

test.each([
  ['', { follow: false, timestamps: false }],
  ['follow=true&timestamps=1', { follow: true, timestamps: true }],
  ['tailLines=0&limitBytes=10', { follow: false, timestamps: false, tailLines: 0, limitBytes: 10 }],
  ['sinceSeconds=60', { follow: false, timestamps: false, since: now - 60_000 }],
  ['sinceTime=2026-01-01T00:30:00Z', { follow: false, timestamps: false, since: now - 1_800_000 }],
])('"%s" is read', (query, expected) => {
  expect(parseLogOptions(new URLSearchParams(query), now)).toEqual(expected);
});

test.each(['tailLines=many', 'sinceTime=yesterday'])('%s is refused', (query) => {
  expect(() => parseLogOptions(new URLSearchParams(query), now)).toThrow(
    `unable to decode the request for container logs: ${query.replace('=', ': ')}`,
  );
});

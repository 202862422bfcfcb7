import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { quoted } from '../../../main/quoted.ts';

it.each(['/plain/path-1.0', '/with space', "/it's", '/$HOME', '/ключ', '/a\\b'])(
  '%s is one word for a shell',
  (path) => {
    const text = execFileSync('sh', ['-c', `printf %s ${quoted(path)}`]).toString();
    expect(text).toBe(path);
  },
);

it('leaves what needs no quotes as it is', () => {
  expect(quoted('/home/me/.kube/config')).toBe('/home/me/.kube/config');
});

/** Cases of https://docs.docker.com/build/concepts/context/#dockerignore-files */
import { expect, test } from 'vitest';
import { readIgnored } from '../../../../main/engine/ignored.ts';

test.each([
  ['node_modules', 'node_modules', true],
  ['node_modules', 'node_modules/a/b', true],
  ['node_modules', 'sub/node_modules', false],
  ['**/node_modules', 'a/b/node_modules/c', true],
  ['**/node_modules', 'node_modules', true],
  ['/dist/', 'dist/a', true],
  ['./dist', 'dist/a', true],
  ['*/temp*', 'some/temporary.txt', true],
  ['*/temp*', 'temporary.txt', false],
  ['temp?', 'tempa', true],
  ['**/*.go', 'a/b.go', true],
  ['**/*.go', 'b.go', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**', 'a/b', true],
  ['a/**', 'b', false],
  ['*.md\n!README.md', 'README.md', false],
  ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
  ['# comment\n\n  spaced  ', 'spaced', true],
  ['# comment', '# comment', false],
  ['dir\n!dir/keep', 'dir/keep', false],
])('the patterns %j leave out %s: %s', (patterns, path, out) => {
  expect(readIgnored(patterns).has(path)).toBe(out);
});

test('a folder is looked into only if something below it may be sent after all', () => {
  expect([readIgnored('a').isFinal, readIgnored('a\n!a/b').isFinal]).toEqual([true, false]);
});

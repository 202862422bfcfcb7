import { expect, it } from 'vitest';
import {
  checkConfigKey,
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkEnvironmentName,
  checkLabelValue,
  checkPortName,
  checkPortNumber,
  checkQualifiedName,
} from '../../../../agent/api/names.ts';

it.each([
  [checkDns1123Label, ['web', 'a', '0-9', 'x'.repeat(63)], ['', 'Web', '-a', 'a-', 'a.b', 'x'.repeat(64)]],
  [checkDns1123Subdomain, ['web', 'a.b-c', '1.2'], ['', 'a..b', '.a', 'A', 'a_b', 'x'.repeat(254)]],
  [checkDns1035Label, ['web', 'a-1'], ['1a', 'a.b', 'a-', '']],
  [checkLabelValue, ['', 'A', 'a.b_c-d', '1'], ['-a', 'a b', 'a/b', 'x'.repeat(64)]],
  [checkQualifiedName, ['a', 'example.com/A.b_c', 'kubernetes.io/x'], ['', '/a', 'a/', 'a/b/c', 'Ex.com/a', 'a b']],
  [checkPortName, ['http', 'a-1'], ['', '80', 'a--b', '-a', 'HTTP', 'x'.repeat(16)]],
  [checkConfigKey, ['a.b', 'KEY_1', '.hidden'], ['', 'a b', '.', '..', '..a', 'a/b']],
  [checkEnvironmentName, ['A', 'my.var', '1x', 'a b'], ['', 'a=b', 'ä']],
])('%o accepts and refuses', (check, good, bad) => {
  expect(good.filter((text) => check(text).length > 0)).toEqual([]);
  expect(bad.filter((text) => check(text).length === 0)).toEqual([]);
});

it('words a bad name as upstream does', () => {
  expect(checkDns1123Subdomain('Web')).toEqual([
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
      "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
  expect(checkQualifiedName('x'.repeat(64))).toEqual(['name part must be no more than 63 bytes']);
  expect(checkDns1123Label('Web')).toEqual([
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
      "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  expect(checkPortNumber(0)).toEqual(['must be between 1 and 65535, inclusive']);
});

it('is quick with a name of a megabyte', () => {
  const started = performance.now();
  const name = `${'a'.repeat(1_000_000)}!`;
  const problems = [checkDns1123Subdomain, checkQualifiedName, checkLabelValue].map((check) => check(name).length);
  expect(problems).toEqual([1, 1, 1]);
  expect(performance.now() - started).toBeLessThan(1000);
});

import { describe, expect, test } from 'vitest';
import { identityOf, noAccounts, parseAccounts, suitsEngine } from '../../../../../agent/kubelet/runtime/identity.ts';

const accounts = parseAccounts(
  'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n# a comment: no account\nbroken:x:here:0\n',
  'root:x:0:\nwheel:x:10:root,web\nweb:x:1000:\nlab:x:50000:web\nbroken:x::web\n',
);

describe('who a container runs as', () => {
  test.each([
    ['root, where nobody is named', '', [], 'merged', [0, 0, [0, 10]]],
    ['a user by name, with the groups of the image', 'web', [], 'merged', [1000, 1000, [10, 1000, 50000]]],
    ['the same by number', '1000', [], 'merged', [1000, 1000, [10, 1000, 50000]]],
    [
      'and the groups of the pod, each once',
      '1000:3000',
      ['4000', '10'],
      'merged',
      [1000, 3000, [10, 3000, 4000, 50000]],
    ],
    ['without the groups of the image', '1000:3000', ['4000'], 'ignored', [1000, 3000, [3000, 4000]]],
    ['the first group of the user stays', 'web', [], 'ignored', [1000, 1000, [1000]]],
    ['a group by name', '1000:lab', [], 'ignored', [1000, 50000, [50000]]],
    ['a number that the image does not know', '77', ['5'], 'merged', [77, 0, [0, 5]]],
  ] as const)('%s', (_name, user, groups, imageGroups, [uid, gid, all]) => {
    expect(identityOf(accounts, { user, groups, imageGroups })).toEqual({ uid, gid, groups: all });
  });

  test('nobody, where the image lacks the name', () => {
    const request = { groups: [], imageGroups: 'merged' } as const;
    expect(identityOf(noAccounts, { user: 'web', ...request })).toBeUndefined();
    expect(identityOf(accounts, { user: 'web:nobody', ...request })).toBeUndefined();
  });
});

test.each([
  ['', 'merged', true],
  ['1000', 'ignored', false],
  ['1000:3000', 'merged', false],
  ['1000:3000', 'ignored', true],
] as const)(
  'of user %j with image groups %s, an engine makes the right groups itself: %s',
  (user, imageGroups, suits) => {
    expect(suitsEngine({ user, groups: [], imageGroups })).toBe(suits);
  },
);

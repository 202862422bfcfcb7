import { expect, it } from 'vitest';
import { overcommitment } from '../../../../agent/api/node-sizes.ts';

const GiB = 2 ** 30;
const machine = { cpus: 4, memory: 8 * GiB };
const three = (size: object) => [size, size, size];

it.each([
  [
    'says so of memory',
    three({ memory: 4 * GiB }),
    'the nodes offer 12 GiB of memory together, and the machine has 8 GiB of memory: pods that use all of it are killed',
  ],
  [
    'says so of CPUs',
    three({ cpus: 2 }),
    'the nodes offer 6 CPUs together, and the machine has 4 CPUs: pods that use all of them are slowed down',
  ],
  [
    'says so of both',
    three({ cpus: 3, memory: 3.5 * GiB }),
    'the nodes offer 10.5 GiB of memory and 9 CPUs together, and the machine has 8 GiB of memory and 4 CPUs: pods that use all of it are killed',
  ],
  ['is silent where there is as much', three({ cpus: 1, memory: 2 * GiB }), undefined],
  ['is silent where nobody chose sizes', three({}), undefined],
  ['counts only nodes with sizes', [{}, { memory: 8 * GiB }], undefined],
])('%s', (_, nodes, warning) => expect(overcommitment(nodes, machine)).toBe(warning));

it('is silent about a machine that is not known', () =>
  expect(overcommitment(three({ memory: GiB }), {})).toBeUndefined());

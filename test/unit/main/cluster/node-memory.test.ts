import { expect, it } from 'vitest';
import { nodeMemoryLimit } from '../../../../main/cluster/node-container.ts';

const gibibyte = 2 ** 30;

it.each([
  [2, 0.75],
  [4, 0.75],
  [8, 1],
  [16, 2],
  [128, 2],
])('of a machine with %d GiB a node takes %d at the most', (machine, limit) => {
  expect(nodeMemoryLimit(machine * gibibyte)).toBe(limit * gibibyte);
});

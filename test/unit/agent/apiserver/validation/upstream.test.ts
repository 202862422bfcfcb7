/** The table names upstream's functions, and upstream's functions are in the table. */
import { expect, it } from 'vitest';
import { rows } from './rows.ts';
import { withoutRow, withRow } from './upstream.ts';
import { clusterKindsWithoutRow, clusterKindsWithRow } from './upstream-cluster-kinds.ts';
import { podsWithoutRow, podsWithRow } from './upstream-pods.ts';
import { workloadsWithoutRow, workloadsWithRow } from './upstream-workloads.ts';

const named = new Set(rows.map(({ by }) => by));
const listed = [...withRow, ...podsWithRow, ...workloadsWithRow, ...clusterKindsWithRow];
const explained = { ...withoutRow, ...podsWithoutRow, ...workloadsWithoutRow, ...clusterKindsWithoutRow };

it("rows name upstream's functions, each of which has a row or a reason", () => {
  expect([...named].filter((by) => !listed.includes(by))).toEqual([]);
  expect(listed.filter((by) => !named.has(by))).toEqual([]);
  expect(listed.filter((by) => Object.hasOwn(explained, by))).toEqual([]);
});

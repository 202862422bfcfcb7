/** The table names upstream's functions, and upstream's functions are in the table. */
import { expect, it } from 'vitest';
import { dataRows } from './data-rows.ts';
import { metadataRows } from './metadata-rows.ts';
import { smallRows } from './small-rows.ts';
import { withoutRow, withRow } from './upstream.ts';
import { workloadRows } from './workload-rows.ts';

const named = new Set([...metadataRows, ...smallRows, ...dataRows, ...workloadRows].map(({ by }) => by));

it("rows name upstream's functions, each of which has a row or a reason", () => {
  expect([...named].filter((by) => !withRow.includes(by))).toEqual([]);
  expect(withRow.filter((by) => !named.has(by))).toEqual([]);
  expect(withRow.filter((by) => Object.hasOwn(withoutRow, by))).toEqual([]);
});

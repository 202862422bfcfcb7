/** Every row is put to an API server through its front door; messages, reasons and paths are upstream's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inDefault, startApi, type TestApi } from '../api.ts';
import { containerRows } from './container-rows.ts';
import { dataRows } from './data-rows.ts';
import { metadataRows } from './metadata-rows.ts';
import { podRows } from './pod-rows.ts';
import { resourceRows } from './resource-rows.ts';
import { answerTo, type Row } from './row.ts';
import { smallRows } from './small-rows.ts';
import { volumeRows } from './volume-rows.ts';
import { workloadRows } from './workload-rows.ts';

const rows: readonly Row[] = [
  ...metadataRows,
  ...podRows,
  ...containerRows,
  ...volumeRows,
  ...resourceRows,
  ...smallRows,
  ...dataRows,
  ...workloadRows,
];

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  const metadata = { name: 'default' };
  await api.create(inDefault('serviceaccounts'), { metadata, automountServiceAccountToken: false });
});
afterAll(() => api.close());

it.each(rows.map((row, index) => ({ ...row, index })))('$by: $is', async ({ index, ...row }) => {
  expect(await answerTo(api, row, index)).toEqual(row.is);
});

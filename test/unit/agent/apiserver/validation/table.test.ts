/** Every row is put to an API server through its front door; messages, reasons and paths are upstream's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inDefault, startApi, type TestApi } from '../api.ts';
import { answerTo } from './row.ts';
import { rows } from './rows.ts';

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

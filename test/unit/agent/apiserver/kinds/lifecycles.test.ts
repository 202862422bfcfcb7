import { afterAll, beforeAll, it } from 'vitest';
import { startApi, type TestApi } from '../api.ts';
import { liveThrough } from './lifecycle.ts';
import { lifecycles } from './lifecycle-kinds.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it.each(lifecycles)('%s', async (_behaviour, kind) => {
  await liveThrough(api, kind);
});

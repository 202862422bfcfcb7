import { expect } from 'vitest';
import type { TestApi } from '../api.ts';

/** Deletes what is built in, and waits until it is there again with the same content. */
export async function expectRestored(api: TestApi, collection: string, name: string): Promise<void> {
  const { spec, metadata } = await api.get(`${collection}/${name}`);
  const watch = await api.watch(`${collection}?watch=1&fieldSelector=metadata.name%3D${name}`);
  await api.request('DELETE', `${collection}/${name}`);
  const [, gone, again] = await watch.next(3);
  expect([gone?.split('@')[0], again?.split('@')[0]]).toEqual([`DELETED ${name}`, `ADDED ${name}`]);
  const restored = await api.get(`${collection}/${name}`);
  expect(restored.spec).toEqual(spec);
  expect(restored.metadata.uid).not.toBe(metadata.uid);
}

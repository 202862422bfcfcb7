import { expect, it } from 'vitest';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { describeStore } from './suite.ts';

describeStore('memory', async () => createMemoryStore());

it('starts at revision 0', async () => {
  expect(await createMemoryStore().revision()).toBe(0);
});

import { expect, test } from 'vitest';
import { createSlots } from '../../../../../agent/kubelet/limits/slots.ts';
import { settle } from '../../../../fakes/clock.ts';

test('only so many run at once, the urgent before the others, and a failure makes room', async () => {
  const slots = createSlots(1);
  const begun: string[] = [];
  const first = Promise.withResolvers<void>();
  const run = (name: string, urgency: 'urgent' | 'usual', until: Promise<void> = Promise.resolve()) =>
    slots.use(async () => {
      begun.push(name);
      await until;
    }, urgency);
  const failing = run('first', 'usual', first.promise);
  const others = [run('usual', 'usual'), run('urgent', 'urgent')];
  await settle();
  expect(begun).toEqual(['first']);
  first.reject(new Error('no such container'));
  await expect(failing).rejects.toThrow('no such container');
  await Promise.all(others);
  expect(begun).toEqual(['first', 'urgent', 'usual']);
});

import { expect, it } from 'vitest';
import { NameQueue } from '../../../../agent/apiserver/name-queue.ts';
import { settle } from '../../../fakes/clock.ts';

it('works on one name at a time, once however often it came, and goes on after a failure', async () => {
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const work = async (name: string) => {
    said.push(name);
    if (name === 'a') await first.promise;
  };
  const queue = new NameQueue(work, (name, error) => said.push(`${name}: ${error}`), new AbortController().signal);
  queue.add(['a', 'b']);
  queue.add(['b', 'c']);
  await settle();
  expect(said).toEqual(['a']);
  first.reject('no');
  await settle();
  expect(said).toEqual(['a', 'a: no', 'b', 'c']);
});

it('ends with the signal, and tells nobody of what fails by that', async () => {
  const said: string[] = [];
  const stop = new AbortController();
  const work = async (name: string) => {
    said.push(name);
    stop.abort();
    throw new Error('stopped');
  };
  const queue = new NameQueue(work, (name) => said.push(`${name} failed`), stop.signal);
  queue.add(['a', 'b']);
  await settle();
  expect(said).toEqual(['a']);
});

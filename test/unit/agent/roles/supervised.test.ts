import { expect, it } from 'vitest';
import { supervisorGone } from '../../../../agent/roles/supervised.ts';
import { createFakeClock } from '../../../fakes/clock.ts';

it('tells when the process has another parent than at first, and not before', async () => {
  const clock = createFakeClock();
  let parent = 42;
  let gone = false;
  const ended = supervisorGone(() => parent, clock).then(() => {
    gone = true;
  });
  await clock.advance(5_000);
  expect(gone).toBe(false);
  parent = 1;
  await clock.advance(500);
  await ended;
  expect(gone).toBe(true);
});

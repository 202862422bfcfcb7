/** A shell that says more than its window can show. */
import { expect, test } from 'vitest';
import { createShells } from '../../../../main/calls/shells.ts';
import { createSubscriptions } from '../../../../main/calls/subscriptions.ts';
import type { TerminalEvents, TerminalSession } from '../../../../main/terminal/session.ts';
import { fakeServices } from '../fake-services.ts';

function openShell() {
  const held: boolean[] = [];
  let events: TerminalEvents | undefined;
  let open: (session: TerminalSession) => void = () => undefined;
  const opened = new Promise<TerminalSession>((resolve) => {
    open = resolve;
  });
  const services = fakeServices();
  services.clusters.nodeShell = (_, __, ___, given) => {
    events = given;
    return opened;
  };
  const shells = createShells(services, () => undefined, createSubscriptions());
  const done = shells.open({ id: 's', columns: 80, rows: 24, type: 'node', profile: 'p', node: 'n' });
  const say = (characters: number) => events?.onOutput('y'.repeat(characters));
  const ready = async () => {
    open({ write: () => undefined, resize: () => undefined, close: () => undefined, hold: (is) => held.push(is) });
    await done;
  };
  return { shells, say, ready, held };
}

test('is held, and goes on once most of it has been shown', async () => {
  const { shells, say, ready, held } = openShell();
  await ready();
  say(300_000);
  expect(held).toEqual([]);
  say(300_000);
  say(10);
  expect(held).toEqual([true]);
  shells.shown('s', 300_000);
  expect(held).toEqual([true]);
  shells.shown('s', 550_000);
  shells.shown('s', 540_000);
  expect(held).toEqual([true, false]);
  shells.shown('gone', 1);
});

test('is held at once where it said too much before it was open', async () => {
  const { say, ready, held } = openShell();
  say(500_000);
  await ready();
  expect(held).toEqual([true]);
});

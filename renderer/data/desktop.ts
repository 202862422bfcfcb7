/** The window's one way to main: Electron's bridge where there is one, else the web shell's socket. */
import { messageOf } from '../../agent/api/errors.ts';
import type { CallError } from '../../main/contract/reply.ts';
import type { CallName, Desktop, DesktopCalls } from '../../main/contract.ts';
import type { DesktopLink, LinkState } from './desktop-link.ts';
import { createStore } from './store.ts';
import { connectWebDesktop } from './web-desktop.ts';

declare global {
  interface Window {
    /** Put there by Electron's preload. */
    skiff?: Desktop;
  }
}

const bridged = (bridge: Desktop): DesktopLink => ({
  call: (name, input) => bridge.call(name, input),
  on: (name, listener) => bridge.on(name, listener),
  state: createStore<LinkState>('open'),
  onForgotten: () => () => undefined,
});

export const desktop: DesktopLink = window.skiff ? bridged(window.skiff) : connectWebDesktop(window.location);

/** What `call` throws, so that code can use `await` and React can show it. */
export class CallRejected extends Error {
  readonly details: CallError;
  constructor(details: CallError) {
    super(details.message);
    this.name = 'CallRejected';
    this.details = details;
  }
}

export async function call<C extends CallName>(
  name: C,
  ...[input]: DesktopCalls[C]['input'] extends undefined ? [] : [DesktopCalls[C]['input']]
): Promise<DesktopCalls[C]['output']> {
  const reply = await desktop.call(name, input as DesktopCalls[C]['input']);
  if (!reply.ok) throw new CallRejected(reply.error);
  return reply.value;
}

export const errorOf = (error: unknown): CallError =>
  error instanceof CallRejected ? error.details : { code: 'Failed', message: messageOf(error) };

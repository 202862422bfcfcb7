import type * as nodePty from 'node-pty';

const library = await import('node-pty').catch((error: Error) => error);

/** Why pseudo terminals cannot be had on this machine; undefined where they can. */
export const noPty: string | undefined =
  library instanceof Error ? `node-pty does not load here: ${library.message.split('\n')[0]}` : undefined;

/** Starts a program on a terminal. Throws where `noPty` says why there are none. */
export const spawnTerminal: typeof nodePty.spawn = (...parameters) => {
  if (library instanceof Error) throw library;
  return library.spawn(...parameters);
};

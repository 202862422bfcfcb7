/** Why pseudo terminals cannot be had on this machine; undefined where they can. */
export const noPty: string | undefined = await import('node-pty').then(
  () => undefined,
  (error: Error) => `node-pty does not load here: ${error.message}`,
);

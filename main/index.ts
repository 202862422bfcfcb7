/** Composition root: picks the shell (Electron's window, or the same window in a browser), and nothing else. */
const isElectron = process.versions.electron !== undefined;
/** A packaged app has no script among its arguments. */
const flags = process.argv.slice(isElectron && !('defaultApp' in process) ? 1 : 2);

if (isElectron && !flags.includes('--web')) {
  const { run } = await import('./electron/shell.ts');
  // Not awaited: Electron becomes ready only after this module has been evaluated.
  // https://www.electronjs.org/docs/latest/tutorial/esm
  void run(flags);
} else {
  const { run } = await import('./web/shell.ts');
  await run(flags);
}

export {};

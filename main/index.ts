/** Composition root: picks the shell (Electron's window, or the same window in a browser), and nothing else. */
const flags = process.argv.slice(2);
const inElectron = process.versions.electron !== undefined && !flags.includes('--web');
const { run } = inElectron ? await import('./electron/shell.ts') : await import('./web/shell.ts');
await run(flags);

export {};

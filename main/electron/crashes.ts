/**
 * When the window's process ends or hangs: Skiff reloads the window once, and asks the user after that. Main, its
 * clusters and its shells live in another process; the reloaded window opens again what it had open.
 * https://www.electronjs.org/docs/latest/api/web-contents#event-render-process-gone
 */
import { app, type BrowserWindow, dialog } from 'electron';

const soon = 60_000;
const ordinary = ['clean-exit', 'killed'];

export function handleCrashes(window: BrowserWindow, say: (line: string) => void, now = Date.now): void {
  let last = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    say(`the window's process ended: ${reason}, exit code ${exitCode}`);
    const isAgain = now() - last < soon;
    last = now();
    if (!isAgain) return window.webContents.reload();
    void ask(
      window,
      'The window keeps crashing',
      `Its process ended again (${reason}). Your clusters are not affected.`,
    );
  });
  window.on('unresponsive', () => {
    void ask(window, 'The window does not answer', 'You can wait, or reload it. Your clusters are not affected.');
  });
}

async function ask(window: BrowserWindow, message: string, detail: string): Promise<void> {
  const buttons = ['Reload', 'Wait'];
  const { response } = await dialog.showMessageBox({ type: 'warning', message, detail, buttons, cancelId: 1 });
  if (response === 0 && !window.isDestroyed()) {
    // A hung process does not reload: end it, so that a new one is made.
    window.webContents.forcefullyCrashRenderer();
    window.webContents.reload();
  }
}

/**
 * Reports ended helper processes (GPU, network). Chromium restarts them itself, without the GPU if that keeps ending.
 */
export function reportHelpers(say: (line: string) => void): void {
  app.on('child-process-gone', (_, { type, reason, exitCode }) => {
    if (!ordinary.includes(reason)) say(`the ${type} process ended: ${reason}, exit code ${exitCode}`);
  });
}

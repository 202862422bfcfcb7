/**
 * What happens when the window's own process ends or hangs: it is opened again once, and asked about after that. Main,
 * its clusters and its shells are another process; what the window had open is opened again by the window.
 * https://www.electronjs.org/docs/latest/api/web-contents#event-render-process-gone
 */
import { app, type BrowserWindow, dialog } from 'electron';

const soon = 60_000;
const ordinary = ['clean-exit', 'killed'];

export function surviveCrashes(window: BrowserWindow, say: (line: string) => void, now = Date.now): void {
  let last = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    say(`the window's process ended: ${reason}, exit code ${exitCode}`);
    const isAgain = now() - last < soon;
    last = now();
    if (!isAgain) return window.webContents.reload();
    void ask(window, 'The window keeps ending', `Its process ended again (${reason}). Clusters are not affected.`);
  });
  window.on('unresponsive', () => {
    void ask(window, 'The window does not answer', 'You can wait, or open it anew. Clusters are not affected.');
  });
}

async function ask(window: BrowserWindow, message: string, detail: string): Promise<void> {
  const buttons = ['Open anew', 'Wait'];
  const { response } = await dialog.showMessageBox({ type: 'warning', message, detail, buttons, cancelId: 1 });
  if (response === 0 && !window.isDestroyed()) {
    // A process that hangs does not reload; ended, it is made anew.
    window.webContents.forcefullyCrashRenderer();
    window.webContents.reload();
  }
}

/** Of helpers (GPU, network): Chromium starts them again by itself, without the GPU where that keeps ending. */
export function reportHelpers(say: (line: string) => void): void {
  app.on('child-process-gone', (_, { type, reason, exitCode }) => {
    if (!ordinary.includes(reason)) say(`the ${type} process ended: ${reason}, exit code ${exitCode}`);
  });
}

/** Opens Skiff, without its window, when the user logs in. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';

/** Opens the tray and no window. */
export const hidden = '--hidden';

/** https://specifications.freedesktop.org/autostart-spec/latest/ */
const autostart = (env = process.env): string =>
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart/skiff.desktop');

/**
 * Quoted as the Exec key requires:
 * https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
 */
const quoted = (path: string): string => `"${path.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;

export const desktopEntry = (program: string): string =>
  `[Desktop Entry]\nType=Application\nName=Skiff\nExec=${quoted(program)} ${hidden}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n`;

export const opensAtLogin = (platform = process.platform): boolean =>
  platform === 'linux' ? existsSync(autostart()) : app.getLoginItemSettings({ args: [hidden] }).openAtLogin;

export async function openAtLogin(isOn: boolean, platform = process.platform): Promise<void> {
  if (platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: isOn, args: [hidden] });
  const file = autostart();
  if (!isOn) return rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true });
  // An AppImage is mounted at a new path each time; APPIMAGE names its own file.
  await writeFile(file, desktopEntry(process.env.APPIMAGE ?? process.execPath));
}

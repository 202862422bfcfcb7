/**
 * The application menu that each platform expects. Where Ctrl is the key for shortcuts, shells use it as well (Ctrl-R
 * searches, Ctrl-W deletes a word, Ctrl-N is the next line), and a menu gets a key before the page does. On these
 * platforms shortcuts take Shift too, as in other terminals.
 */
import type { MenuItemConstructorOptions } from 'electron';

export interface MenuCommands {
  open(): void;
  preferences(): void;
  updates(): void;
  help(): void;
}

type Item = MenuItemConstructorOptions;
const line: Item = { type: 'separator' };

export function menuTemplate(commands: MenuCommands, platform: NodeJS.Platform = process.platform): Item[] {
  const isMac = platform === 'darwin';
  const preferences: Item = {
    label: isMac ? 'Settings…' : 'Preferences…',
    accelerator: 'CmdOrCtrl+,',
    click: commands.preferences,
  };
  const open: Item = { label: 'Open Skiff', accelerator: isMac ? 'Cmd+N' : 'Ctrl+Shift+N', click: commands.open };
  return [
    ...(isMac ? [appMenu(preferences)] : []),
    {
      label: '&File',
      submenu: isMac ? [open, line, { role: 'close' }] : [open, preferences, line, closeItem, quitItem],
    },
    { role: 'editMenu' },
    viewMenu(isMac),
    isMac ? { role: 'windowMenu' } : { label: '&Window', submenu: [minimizeItem] },
    helpMenu(commands),
  ];
}

const closeItem: Item = { role: 'close', accelerator: 'Ctrl+Shift+W' };
const quitItem: Item = { role: 'quit', accelerator: 'Ctrl+Shift+Q' };
/** Without the role, which would bring Ctrl-M: in a shell that is Enter. */
const minimizeItem: Item = { label: 'Mi&nimize', click: (_, window) => window?.minimize() };

const appMenu = (preferences: Item): Item => ({
  role: 'appMenu',
  submenu: [
    { role: 'about' },
    line,
    preferences,
    line,
    { role: 'services' },
    line,
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    line,
    { role: 'quit' },
  ],
});

const viewMenu = (isMac: boolean): Item => ({
  label: '&View',
  submenu: [
    isMac ? { role: 'reload' } : { role: 'reload', accelerator: 'Ctrl+Shift+R' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    line,
    { role: 'togglefullscreen' },
    { role: 'toggleDevTools' },
  ],
});

const helpMenu = ({ help, updates }: MenuCommands): Item => ({
  role: 'help',
  submenu: [
    { label: 'Kubernetes documentation', click: help },
    { label: 'Check for updates…', click: updates },
  ],
});

/** The application menu: what the platform expects, with the shortcuts people know. */
import { app, type MenuItemConstructorOptions } from 'electron';

const isMac = process.platform === 'darwin';

export function menuTemplate(open: () => void): MenuItemConstructorOptions[] {
  const appMenu: MenuItemConstructorOptions[] = isMac ? [{ role: 'appMenu', label: app.name }] : [];
  return [
    ...appMenu,
    {
      label: 'File',
      submenu: [
        { label: 'Open Skiff', accelerator: 'CmdOrCtrl+N', click: open },
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ];
}

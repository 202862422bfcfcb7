/** The tray: follows clusters, contexts and progress, and shows the menu made from them. */
import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, systemPreferences, Tray } from 'electron';
import type { Services } from '../calls/services.ts';
import { opensAtLogin } from './login.ts';
import {
  type TrayCommand,
  type TrayIcon,
  type TrayItem,
  type TrayState,
  trayIcon,
  trayTemplate,
  trayTooltip,
} from './tray-template.ts';

export interface TrayOptions {
  services: Services;
  /** Folder with `tray-STATE.png`. */
  icons: string;
  /** Carries out the command. Never rejects: it reports failures itself. */
  onCommand(command: TrayCommand): Promise<void>;
}

const frames = 4;
const frameMilliseconds = 250;
const listTimeout = 5_000;
const isMac = process.platform === 'darwin';

function imageOf(folder: string, icon: TrayIcon, frame: number) {
  const name = icon === 'starting' ? `starting-${frame}` : icon;
  // macOS tints template images itself; on other platforms the icon has its own colours.
  const image = nativeImage.createFromPath(join(folder, isMac ? `${name}Template.png` : `${name}.png`));
  if (isMac) image.setTemplateImage(true);
  return image;
}

/** In a label, `&` marks the shortcut key; `&&` is the character itself. */
const escapeMnemonics = (label: string): string => label.replaceAll('&', '&&');

const toMenu = (items: TrayItem[], onCommand: (command: TrayCommand) => void): MenuItemConstructorOptions[] =>
  items.map((item): MenuItemConstructorOptions => {
    if (!('label' in item)) return { type: 'separator' };
    const { command, submenu, label, ...rest } = item;
    return {
      ...rest,
      label: escapeMnemonics(label),
      ...(command ? { click: () => onCommand(command) } : {}),
      ...(submenu ? { submenu: toMenu(submenu, onCommand) } : {}),
    };
  });

export async function createTray({ services, icons, onCommand }: TrayOptions): Promise<{ dispose(): void }> {
  const { defaultProfile } = await services.preferences.get();
  let state: TrayState = {
    clusters: [],
    contexts: [],
    progress: {},
    defaultProfile,
    opensAtLogin: opensAtLogin(),
  };
  const tray = new Tray(imageOf(icons, trayIcon(state), 0));
  if (isMac) tray.setIgnoreDoubleClickEvents(true);
  // On macOS a click opens the menu; on other platforms the other mouse button does.
  else tray.on('click', () => void onCommand({ do: 'open' }));
  let animation: ReturnType<typeof setInterval> | undefined;
  let shown: TrayIcon | undefined;

  /** Leaves a running animation alone. */
  const showIcon = (icon: TrayIcon) => {
    if (icon === shown) return;
    shown = icon;
    clearInterval(animation);
    tray.setImage(imageOf(icons, icon, 0));
    if (icon !== 'starting' || systemPreferences.getAnimationSettings().prefersReducedMotion) return;
    let frame = 0;
    animation = setInterval(() => {
      frame = (frame + 1) % frames;
      tray.setImage(imageOf(icons, icon, frame));
    }, frameMilliseconds);
  };
  /** Electron toggles a clicked check mark itself; the update afterwards shows the real state. */
  const command = (order: TrayCommand) =>
    void onCommand(order).finally(() => {
      if (!tray.isDestroyed()) update({ opensAtLogin: opensAtLogin() });
    });
  const show = () => {
    const template = trayTemplate(state);
    tray.setContextMenu(Menu.buildFromTemplate(toMenu(template, command)));
    tray.setToolTip(trayTooltip(state));
    showIcon(trayIcon(state));
  };
  const update = (change: Partial<TrayState>) => {
    state = { ...state, ...change };
    show();
  };
  show();
  const complain = (error: unknown) => console.error('could not read the clusters or contexts for the tray', error);
  // Not awaited: the tray must not wait for a slow engine.
  services.clusters.list(AbortSignal.timeout(listTimeout)).then((clusters) => update({ clusters }), complain);
  services.kube.contexts().then((contexts) => update({ contexts }), complain);
  const forget = [
    services.clusters.onChanged((clusters) => update({ clusters })),
    services.kube.onChanged((contexts) => update({ contexts })),
    services.clusters.onProgress((report) => {
      const { [report.profile]: _, ...others } = state.progress;
      update({ progress: report.finished ? others : { ...others, [report.profile]: report } });
    }),
  ];
  return {
    dispose() {
      clearInterval(animation);
      for (const stop of forget) stop();
      tray.destroy();
    },
  };
}

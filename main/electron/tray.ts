/** The tray: follows clusters, contexts and progress, and shows the template that is made of them. */
import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { Services } from '../calls/services.ts';
import {
  type TrayCommand,
  type TrayIcon,
  type TrayItem,
  type TrayState,
  trayIcon,
  trayTemplate,
} from './tray-template.ts';

export interface TrayOptions {
  services: Services;
  /** Folder of `tray-STATE.png`. */
  icons: string;
  onCommand(command: TrayCommand): void;
}

const frames = 4;
const frameMilliseconds = 250;
const isMac = process.platform === 'darwin';

function imageOf(folder: string, icon: TrayIcon, frame: number) {
  const name = icon === 'starting' ? `starting-${frame}` : icon;
  // macOS tints template images itself; elsewhere the icon has its own colours.
  const image = nativeImage.createFromPath(join(folder, isMac ? `${name}Template.png` : `${name}.png`));
  if (isMac) image.setTemplateImage(true);
  return image;
}

const toMenu = (items: TrayItem[], onCommand: TrayOptions['onCommand']): MenuItemConstructorOptions[] =>
  items.map((item): MenuItemConstructorOptions => {
    if (!('label' in item)) return { type: 'separator' };
    const { command, submenu, ...rest } = item;
    return {
      ...rest,
      ...(command ? { click: () => onCommand(command) } : {}),
      ...(submenu ? { submenu: toMenu(submenu, onCommand) } : {}),
    };
  });

export async function createTray({ services, icons, onCommand }: TrayOptions): Promise<{ dispose(): void }> {
  const { defaultProfile } = await services.preferences.get();
  let state: TrayState = {
    clusters: await services.clusters.list(AbortSignal.timeout(5_000)),
    contexts: await services.kube.contexts(),
    progress: {},
    defaultProfile,
  };
  const tray = new Tray(imageOf(icons, trayIcon(state), 0));
  tray.setToolTip('Skiff');
  tray.on('click', () => onCommand({ do: 'open' }));
  let animation: ReturnType<typeof setInterval> | undefined;
  let shown: TrayIcon | undefined;

  /** What moves already goes on moving. */
  const showIcon = (icon: TrayIcon) => {
    if (icon === shown) return;
    shown = icon;
    clearInterval(animation);
    tray.setImage(imageOf(icons, icon, 0));
    if (icon !== 'starting') return;
    let frame = 0;
    animation = setInterval(() => {
      frame = (frame + 1) % frames;
      tray.setImage(imageOf(icons, icon, frame));
    }, frameMilliseconds);
  };
  const show = () => {
    tray.setContextMenu(Menu.buildFromTemplate(toMenu(trayTemplate(state), onCommand)));
    showIcon(trayIcon(state));
  };
  const update = (change: Partial<TrayState>) => {
    state = { ...state, ...change };
    show();
  };
  show();
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

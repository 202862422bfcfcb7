/**
 * A stand-in for the `electron` module where its binary cannot run: windows are pages of a real Chromium, the real
 * preload script runs in them, and what the shell does with menus, tray and dialogs can be looked at and clicked.
 */
import { EventEmitter } from 'node:events';
import type { MenuItemConstructorOptions } from 'electron';
import { FakeContents } from './contents.ts';
import { desk } from './desk.ts';

class FakeApp extends EventEmitter {
  requestSingleInstanceLock = () => desk.isFirstInstance;
  setName(name: string): void {
    desk.name = name;
  }
  get name(): string {
    return desk.name;
  }
  isPackaged = true;
  isReady = () => desk.isReady;
  whenReady = () => desk.whenReady;
  getPath = () => desk.userData;
  setAppUserModelId = (id: string) => this.before(`id ${id}`);
  readonly commandLine = { hasSwitch: () => false };
  enableSandbox = () => this.before('sandbox');
  setAsDefaultProtocolClient = (scheme: string) => void desk.schemes.push(scheme);
  getLoginItemSettings = () => desk.login;
  setLoginItemSettings = (settings: typeof desk.login) => void Object.assign(desk.login, settings);
  private before(what: string): void {
    if (desk.isReady) throw new Error(`${what}: too late, the app is ready`);
    desk.early.push(what);
  }
  exit(code: number): void {
    desk.exitCode = code;
  }
  quit(): void {
    const event = {
      defaultPrevented: false,
      preventDefault() {
        this.defaultPrevented = true;
      },
    };
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this.emit('will-quit');
    desk.hasQuit = true;
  }
}

export const app = new FakeApp();

export class BrowserWindow extends EventEmitter {
  readonly webContents: FakeContents;
  readonly options: { webPreferences: { preload: string }; width?: number; height?: number; x?: number; y?: number };
  private isLarge = false;
  private isSmall = false;
  private visible = false;

  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    this.webContents = new FakeContents(options.webPreferences.preload);
    if (!desk.isReady) throw new Error('no window before the app is ready');
    desk.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url);
    this.emit('ready-to-show');
  }

  show(): void {
    this.visible = true;
  }
  isVisible = () => this.visible;
  getNormalBounds = () => ({ x: 10, y: 20, width: this.options.width ?? 0, height: this.options.height ?? 0 });
  maximize(): void {
    this.isLarge = true;
    this.emit('maximize');
  }
  isMaximized = () => this.isLarge;
  minimize(): void {
    this.isSmall = true;
    this.visible = false;
  }
  restore(): void {
    this.isSmall = false;
  }
  isMinimized = () => this.isSmall;
  focus = () => this.show();
  isFocused = () => this.visible;
  isDestroyed = () => this.webContents.isDestroyed();

  close(): void {
    this.emit('close');
    this.webContents.destroy();
    this.emit('closed');
    app.emit('window-all-closed');
  }
}

export class Tray extends EventEmitter {
  image: unknown;
  menu: MenuItemConstructorOptions[] = [];

  constructor(image: unknown) {
    super();
    this.image = image;
    desk.trays.push(this);
  }
  tip = '';
  private gone = false;
  setToolTip(text: string): void {
    this.tip = text;
  }
  setIgnoreDoubleClickEvents(): void {}
  isDestroyed = () => this.gone;
  setImage(image: unknown): void {
    this.image = image;
  }
  setContextMenu(menu: { template: MenuItemConstructorOptions[] }): void {
    this.menu = menu.template;
  }
  destroy(): void {
    this.gone = true;
    desk.trays.splice(desk.trays.indexOf(this), 1);
  }
}

export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => ({ template }),
  setApplicationMenu(menu: { template: MenuItemConstructorOptions[] }): void {
    desk.menu = menu.template;
  },
};

export const nativeImage = {
  createFromPath: (path: string) => ({ path, setTemplateImage: () => undefined }),
};

export const nativeTheme = { shouldUseDarkColors: false, themeSource: 'system' };

export const systemPreferences = { getAnimationSettings: () => ({ prefersReducedMotion: false }) };

export const screen = { getAllDisplays: () => desk.displays };

export const ipcMain = {
  handle(channel: string, handler: (event: unknown, ...args: unknown[]) => unknown): void {
    desk.handlers.set(channel, handler);
  },
};

export const protocol = {
  registerSchemesAsPrivileged(schemes: unknown[]): void {
    if (desk.isReady) throw new Error('schemes are registered before the app is ready');
    desk.schemes.push(...schemes);
  },
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void {
    desk.protocols.set(scheme, handler);
  },
};

export const dialog = {
  async showMessageBox(options: { buttons: string[] }): Promise<{ response: number }> {
    desk.questions.push(options);
    return { response: options.buttons.indexOf(desk.answer) };
  },
  showErrorBox(title: string, content: string): void {
    desk.errors.push({ title, content });
  },
};

export const shell = {
  async openExternal(url: string): Promise<void> {
    desk.opened.push(url);
  },
};

export class Notification extends EventEmitter {
  static isSupported = () => true;
  private readonly content: { title: string; body: string };
  constructor(content: { title: string; body: string }) {
    super();
    this.content = content;
  }
  show(): void {
    desk.notifications.push(this.content);
  }
}

export const powerMonitor = new EventEmitter();

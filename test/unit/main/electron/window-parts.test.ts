/** What Electron is told: places of windows, links, shortcuts, entries of autostart. */
import { describe, expect, test, vi } from 'vitest';
import { fragmentOf, linkAmong } from '../../../../main/electron/links.ts';
import { menuTemplate } from '../../../../main/electron/menu.ts';
import { parseState, placeOn } from '../../../../main/electron/window-state.ts';

vi.mock('electron', () => import('../../../app/fake-electron/electron.ts'));
const { desktopEntry } = await import('../../../../main/electron/login.ts');

describe('the place of the window', () => {
  const left = { workArea: { x: 0, y: 0, width: 1920, height: 1040 } };
  const right = { workArea: { x: 1920, y: 0, width: 2560, height: 1400 } };
  const bounds = { x: 2500, y: 100, width: 1600, height: 1000 };

  test('is the old one where its display is there', () => expect(placeOn([left, right], { bounds })).toEqual(bounds));

  test('is the middle of what is left where it is not', () =>
    expect(placeOn([left], { bounds })).toEqual({ width: 1600, height: 1000 }));

  test('is never larger than its display, nor out of reach', () => {
    expect(placeOn([left], { bounds: { x: 0, y: 0, width: 9000, height: 9000 } })).toMatchObject({
      width: 1920,
      height: 1040,
    });
    expect(placeOn([left], { bounds: { ...bounds, x: 1900 } })).not.toHaveProperty('x');
    expect(placeOn([left], { bounds: { ...bounds, x: 10, y: -500 } })).not.toHaveProperty('y');
    expect(placeOn([], {})).toEqual({ width: 1440, height: 900 });
  });

  test.each(['', '{', 'null', '[]', '{"bounds":{"x":"a"}}', '{"bounds":null}'])(
    'is forgotten where the file is %j',
    (text) => expect(parseState(text).bounds).toBeUndefined(),
  );
});

describe('a link', () => {
  test.each([
    ['skiff://open/skiff/pods', '#/skiff/pods'],
    ['skiff://open/skiff/pods?o=default/web&tab=logs', '#/skiff/pods?o=default%2Fweb&tab=logs'],
    ['skiff://open/skiff/pods?do=terminal', '#/skiff/pods'],
    ['skiff://app/index.html', undefined],
    ['skiff://open', undefined],
    ['https://open/skiff/pods', undefined],
    ['not a link', undefined],
  ])('%s shows %s', (link, fragment) => expect(fragmentOf(link)).toBe(fragment));

  test('is found among arguments', () =>
    expect(linkAmong(['--no-start', '/path', 'skiff://open/a/nodes'])).toBe('#/a/nodes'));
});

describe('shortcuts of the menu', () => {
  const commands = { open: vi.fn(), preferences: vi.fn(), updates: vi.fn(), help: vi.fn() };
  const flat = (items: Electron.MenuItemConstructorOptions[]): Electron.MenuItemConstructorOptions[] =>
    items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
  /** Those that have Ctrl and a letter by their role; the editing ones leave it to the page. */
  const takes = ['reload', 'forceReload', 'close', 'minimize', 'quit', 'windowMenu', 'viewMenu', 'fileMenu'];

  test.each(['linux', 'win32'] as const)('leave those of shells alone on %s', (platform) => {
    for (const { accelerator, role } of flat(menuTemplate(commands, platform))) {
      expect(String(accelerator ?? '')).not.toMatch(/^(Ctrl|CmdOrCtrl)\+[A-Z]$/);
      if (role && takes.includes(role)) expect(accelerator).toMatch(/^Ctrl\+Shift\+[A-Z]$/);
    }
  });

  test('are the usual ones on macOS, with an app menu', () => {
    const template = menuTemplate(commands, 'darwin');
    expect(template[0]?.role).toBe('appMenu');
    expect(flat(template).map(({ label }) => label)).toContain('Settings…');
    expect(flat(template).map(({ role }) => role)).toEqual(expect.arrayContaining(['about', 'quit', 'hide', 'close']));
  });
});

test('an entry of autostart quotes its program', () =>
  expect(desktopEntry('/opt/My "App"/50%/skiff')).toContain('Exec="/opt/My \\"App\\"/50%%/skiff" --hidden\n'));

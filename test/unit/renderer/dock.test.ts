// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';

const log = { type: 'logs', title: 'web', context: 'one', namespace: 'shop', pod: 'web' } as const;

/** As the window finds it when it is loaded. */
async function loadDock() {
  vi.resetModules();
  return import('../../../renderer/data/dock.ts');
}

beforeEach(() => sessionStorage.clear());

test('tabs come back when the window is loaded anew, manifests that were typed do not', async () => {
  const before = await loadDock();
  before.openTab(log);
  before.openTab({ type: 'apply', title: 'Apply YAML', context: 'one', text: 'password: x' });
  const { dock } = await loadDock();
  expect(dock.get()).toMatchObject({ open: true, tabs: [{ title: 'web' }] });
  expect(dock.get().active).toBe(dock.get().tabs[0]?.id);
  expect(sessionStorage.getItem('dock')).not.toContain('password');
});

test('what was kept and cannot be read is as if nothing had been', async () => {
  sessionStorage.setItem('dock', '{');
  expect((await loadDock()).dock.get()).toMatchObject({ tabs: [], open: false });
});

test('a tab knows whose it is', async () => {
  const { contextOf } = await loadDock();
  const shell = { id: '1', title: '', type: 'shell' } as const;
  expect(contextOf({ id: '1', ...log })).toBe('one');
  expect(contextOf({ ...shell, target: { type: 'local', context: 'two' } })).toBe('two');
  expect(contextOf({ ...shell, target: { type: 'node', profile: 'p', node: 'n' } })).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import type { Kind } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry, type KindChange } from '../../../../agent/api/registry.ts';

const widgets: Kind = {
  ...configMaps,
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: [],
  representations: [
    { group: 'example.com', version: 'v1', definition: 'com.example.v1.Widget' },
    { group: 'example.com', version: 'v1beta1', definition: 'com.example.v1beta1.Widget' },
  ],
};

describe('a registry of kinds', () => {
  it('finds a kind by each of its paths and names, and only while it is registered', () => {
    const registry = createKindRegistry(builtInKinds);
    expect(registry.find('example.com', 'v1', 'widgets')).toBeUndefined();
    registry.register(widgets);
    expect(registry.find('example.com', 'v1beta1', 'widgets')).toEqual({
      kind: widgets,
      representation: widgets.representations[1],
    });
    expect(registry.named('example.com/v1', 'Widget')?.kind).toBe(widgets);
    expect(registry.find('example.com', 'v2', 'widgets')).toBeUndefined();
    expect(registry.unregister('widgets.example.com')).toBe(true);
    expect(registry.find('example.com', 'v1', 'widgets')).toBeUndefined();
    expect(registry.named('example.com/v1', 'Widget')).toBeUndefined();
  });

  it('lists the kinds in the order in which they came, the same array until one comes or goes', () => {
    const registry = createKindRegistry(builtInKinds);
    const before = registry.list();
    expect(registry.list()).toBe(before);
    registry.register(widgets);
    expect(registry.list()).toEqual([...builtInKinds, widgets]);
    expect(before).toEqual(builtInKinds);
  });

  it('tells what came, went and took the place of another, with a revision for each', () => {
    const registry = createKindRegistry(builtInKinds);
    const seen: (KindChange & { revision: number })[] = [];
    const stop = registry.onChange((change) => seen.push({ ...change, revision: registry.revision }));
    const second = { ...widgets, shortNames: ['wi'] };
    registry.register(widgets);
    registry.register(second);
    registry.unregister('widgets.example.com');
    stop();
    registry.register(widgets);
    expect(seen).toEqual([
      { added: widgets, revision: 1 },
      { added: second, removed: widgets, revision: 2 },
      { removed: second, revision: 3 },
    ]);
  });

  it('says so when nobody knows what is to go', () => {
    const registry = createKindRegistry(builtInKinds);
    expect(registry.unregister('widgets.example.com')).toBe(false);
    expect(registry.revision).toBe(0);
  });

  it.each<[string, Partial<Kind>, string]>([
    ['path', { kind: 'Gadget' }, 'example.com/v1/widgets of widgets.gadgets.io is taken by widgets.example.com'],
    ['name', { plural: 'gadgets' }, 'example.com/v1/Widget of gadgets.gadgets.io is taken by widgets.example.com'],
  ])('refuses a kind whose %s another one has, and stays as it was', (_what, changes, message) => {
    const registry = createKindRegistry([widgets]);
    const clash: Kind = {
      ...widgets,
      ...changes,
      representations: [{ group: 'gadgets.io', version: 'v1', definition: '' }, widgets.representations[0]],
    };
    expect(() => registry.register(clash)).toThrow(message);
    expect(registry.list()).toEqual([widgets]);
    expect(registry.revision).toBe(0);
  });
});

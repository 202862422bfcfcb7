// @vitest-environment jsdom
import { renderHook } from '@testing-library/react';
import { act } from 'react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { Preferences } from '../../../main/contract/app.ts';
import type { ResourceChanges } from '../../../main/contract/streams.ts';
import type { CallName, DesktopCalls } from '../../../main/contract.ts';
import { podRef } from '../../../renderer/data/refs.ts';

type Watch = DesktopCalls['resource.watch']['input'];
const watches: Watch[] = [];
let tell: (changes: ResourceChanges) => void = () => undefined;

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
vi.stubGlobal('skiff', {
  call: (name: CallName, input: Watch) => {
    if (name === 'resource.watch') watches.push(input);
    return new Promise(() => undefined);
  },
  on: (event: string, listener: typeof tell) => {
    if (event === 'resource.changes') tell = listener;
    return () => undefined;
  },
});
const { useResources } = await import('../../../renderer/data/resources.ts');
const { contexts, preferences } = await import('../../../renderer/data/app-state.ts');

const pod = (name: string, namespace: string): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
});
const saved = (names: readonly string[]): Preferences => ({
  theme: 'system',
  startOnOpen: true,
  defaultProfile: 'skiff',
  'namespaces.limited': names,
});

describe('a live list', () => {
  let id = '';
  let result: { current: ReturnType<typeof useResources> };
  const say = (changes: Partial<ResourceChanges>) => act(() => tell({ id, events: [], synced: false, ...changes }));
  const shown = () => result.current.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const refused = { code: 'Forbidden', message: 'no' };

  beforeEach(() => {
    watches.length = 0;
    contexts.set([{ name: 'limited', cluster: 'c', namespace: 'shop', current: true }]);
    preferences.set(saved(['tools']));
    const hook = renderHook(() => useResources('limited', podRef));
    result = hook.result;
    id = watches[0]?.id ?? id;
    return () => hook.unmount();
  });

  test('asks with the namespaces to fall back to: the context’s own, and those that were typed', () => {
    expect(watches[0]?.fallback).toEqual(['shop', 'tools']);
    say({ resync: [pod('a', 'shop'), pod('x', 'hidden')], synced: true });
    expect(shown()).toEqual(['shop/a', 'hidden/x']);
  });

  test('that is confined keeps what each namespace says apart, and is there when all have answered', () => {
    say({ confined: ['shop', 'tools'], error: refused });
    say({ namespace: 'shop', resync: [pod('a', 'shop'), pod('b', 'shop')], synced: true });
    say({ namespace: 'tools', resync: [pod('c', 'tools')], synced: true });
    expect(shown().sort()).toEqual(['shop/a', 'shop/b', 'tools/c']);
    say({ namespace: 'shop', resync: [pod('b', 'shop')], synced: true });
    say({ namespace: 'tools', events: [{ type: 'DELETED', object: pod('c', 'tools') }], synced: true });
    expect(shown()).toEqual(['shop/b']);
    expect(result.current.error).toBeUndefined();
  });

  test('that is confined drops what it knew of other namespaces', () => {
    say({ resync: [pod('a', 'shop'), pod('x', 'hidden')], synced: true });
    say({ confined: ['shop', 'tools'], error: refused });
    say({ namespace: 'tools', error: refused });
    expect(shown()).toEqual(['shop/a']);
    expect([...(result.current.confined?.errors.keys() ?? [])]).toEqual(['tools']);
    expect(result.current.error).toBeUndefined();
  });

  test('that is confined is asked for anew when another namespace is named', () => {
    say({ confined: ['shop', 'tools'], error: refused });
    const before = watches.length;
    act(() => preferences.set(saved(['attic', 'tools'])));
    expect(watches.slice(before).map(({ fallback }) => fallback)).toEqual([['attic', 'shop', 'tools']]);
  });
});

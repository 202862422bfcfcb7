// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { currentRoute, formatRoute, navigate, parseRoute } from '../../../renderer/data/route.ts';

const pods = { group: '', plural: 'pods' };
const services = { group: '', plural: 'services' };
const nodes = { group: '', plural: 'nodes' };

describe('the address', () => {
  test.each([
    '#/skiff/pods',
    '#/skiff/pods?ns=a,b&o=a/web-1&tab=logs',
    '#/skiff/widgets.example.com?o=shop/one',
    '#/arn%3Aaws%3Aeks%2Fx/nodes?o=/node-1&q=app%3Dweb',
  ])('%s survives reading and writing', (hash) => expect(formatRoute(parseRoute(hash))).toBe(hash));

  test('of nothing is the overview of no context', () =>
    expect(parseRoute('')).toEqual({ context: '', page: 'overview', namespaces: [], tab: 'overview' }));

  test('names a resource by its plural name and its group', () =>
    expect(parseRoute('#/c/certificates.cert-manager.io').page).toEqual({
      group: 'cert-manager.io',
      plural: 'certificates',
    }));

  test('with an unknown tab opens the first one', () =>
    expect(parseRoute('#/c/pods?o=a/b&tab=x').tab).toBe('overview'));

  test('with percents that make no sense is taken as it stands', () =>
    expect(parseRoute('#/%zz/pods')).toMatchObject({ context: '%zz', page: pods }));
});

describe('what the tray asks for', () => {
  test('is done once by a window that was opened for it, and leaves no trace in its address', async () => {
    window.location.hash = '#/?do=preferences';
    vi.resetModules();
    const opened = await import('../../../renderer/data/route.ts');
    expect(window.location.hash).toBe('#//overview');
    const asked: string[] = [];
    const forget = opened.onRequest((request) => asked.push(request));
    forget();
    opened.onRequest((request) => asked.push(request));
    expect(asked).toEqual(['preferences']);
  });
});

describe('navigating', () => {
  test('keeps context and namespaces, and forgets the object', () => {
    navigate({
      context: 'skiff',
      page: pods,
      namespaces: ['shop'],
      object: { namespace: 'shop', name: 'web' },
      tab: 'yaml',
    });
    navigate({ page: services });
    expect(currentRoute()).toEqual({ context: 'skiff', page: services, namespaces: ['shop'], tab: 'overview' });
    expect(window.location.hash).toBe('#/skiff/services?ns=shop');
  });

  test('leaves a step to go back to where details open and close, and none from one object to the next', () => {
    navigate({ page: nodes });
    const before = window.history.length;
    navigate({ page: nodes, object: { name: 'a' } });
    navigate({ page: nodes, object: { name: 'b' }, tab: 'yaml' });
    expect(window.history.length).toBe(before + 1);
    navigate({ page: nodes });
    expect(window.history.length).toBe(before + 2);
  });

  test('from an address that led nowhere takes its place, so that going back does not lead there again', () => {
    const before = window.history.length;
    navigate({ context: 'other', page: 'overview' }, { replace: true });
    expect(window.history.length).toBe(before);
    expect(window.location.hash).toMatch(/^#\/other\/overview/);
  });
});

/** The views that nobody made by hand: custom resources of a cluster that is not ours, and kinds that come and go. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../integration/harness.ts';
import { unless } from '../unless.ts';
import { barriers, keepScreenshot, keepViews, noChromium } from './support/browser.ts';
import {
  type ForeignCluster,
  type ForeignResource,
  foreignObject,
  startForeignCluster,
} from './support/foreign-cluster.ts';
import { fillForeignCluster, levers, widget, widgets } from './support/foreign-kinds.ts';
import { openServedWindow, type ServedWindow } from './support/served-window.ts';

unless(noChromium).describe('resources without a view of their own', () => {
  let foreign: ForeignCluster;
  let own: TestApiServer;
  let served: ServedWindow;
  let page: Page;

  beforeAll(async () => {
    foreign = await startForeignCluster();
    fillForeignCluster(foreign);
    own = await startTestApiServer();
    served = await openServedWindow({ current: 'foreign', foreign: foreign.url, kubeconfig: own.kubeconfig });
    page = served.page;
  });

  afterAll(async () => {
    await served?.close();
    await foreign?.close();
    await own?.close();
  });

  const sidebar = () => page.getByRole('navigation');
  const entry = (name: string) => sidebar().getByRole('button', { name, exact: true });
  const row = (name: RegExp) => page.getByRole('row', { name });
  const goTo = (address: string) => page.evaluate(`location.hash = ${JSON.stringify(address)}`);

  test('have their place in the sidebar: kinds of Kubernetes in their section, custom resources under their group', async () => {
    await entry('Widgets').waitFor();
    await entry('example.com').waitFor();
    await entry('StatefulSets').waitFor();
    await entry('PersistentVolumeClaims').waitFor();
    await entry('More of Kubernetes').click();
    await entry('RuntimeClasses').waitFor();
    await entry('More of Kubernetes').click();
    expect(await entry('ReplicaSets').count()).toBe(0);
  });

  test('are listed with the columns of the server, whose meaning a title tells', async () => {
    await entry('Widgets').click();
    await row(/north.*shop.*Running.*3/).waitFor();
    await page.getByRole('columnheader', { name: 'Phase' }).getByTitle('How far the widget is.').waitFor();
    expect(await page.getByRole('columnheader', { name: 'Colour' }).count()).toBe(0);
    await keepViews(page, '20-generic-list');
  });

  test('stay live', async () => {
    foreign.put('widgets', widget('east', 'Running', 7));
    await row(/east.*Running.*7/).waitFor();
    foreign.put('widgets', widget('west', 'Running'));
    await row(/west/).waitFor();
    foreign.drop('widgets', 'west');
    await row(/west/).waitFor({ state: 'detached' });
  });

  test('are told in detail, each field with its documentation', async () => {
    await row(/south/).click();
    const details = page.getByRole('complementary', { name: 'Widget south' });
    await details.getByText('The spring of the second wheel is missing').waitFor();
    await details.getByRole('button', { name: 'replicas' }).click();
    await details.getByText('How many parts the widget is made of.').waitFor();
    await details.getByRole('button', { name: 'Fold wheel' }).click();
    await details.getByText('2 fields').first().waitFor();
    await keepViews(page, '21-generic-details');
    await page.getByRole('tab', { name: 'YAML' }).click();
    await details.getByText('v1beta1').first().waitFor();
    await page.getByRole('tab', { name: 'Describe' }).click();
    await details.getByText('API Version:  example.com/v1beta1').waitFor();
    await page.getByRole('tab', { name: 'Events' }).click();
    await details.getByText('No events').waitFor();
  });

  test('show what they own, found by owner', async () => {
    await row(/north/).click();
    const details = page.getByRole('complementary', { name: 'Widget north' });
    await page.getByRole('tab', { name: 'Related' }).click();
    await details.getByRole('button', { name: 'north-0' }).waitFor();
    await keepScreenshot(page, '22-generic-related');
    await details.getByRole('button', { name: 'north-0' }).click();
    const pod = page.getByRole('complementary', { name: 'Pod north-0' });
    await pod.getByRole('button', { name: 'north', exact: true }).click();
    await details.waitFor();
  });

  test('say before they are deleted what goes with them', async () => {
    await row(/north/).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete' });
    await dialog.getByText('One pod with it').waitFor();
    await dialog.getByText('north-0').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test('offer what the user may do, and say why not', async () => {
    foreign.denied.add('delete widgets');
    await page.getByRole('button', { name: 'Close details' }).click();
    await row(/east/).click({ button: 'right' });
    const item = page.getByRole('menuitem', { name: 'Delete…' });
    await expect.poll(() => item.getAttribute('aria-disabled')).toBe('true');
    await item
      .getByText('jane may not delete widgets.example.com in namespace “shop”: the role “viewer” does not grant it')
      .waitFor();
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '23-not-allowed');
    await page.keyboard.press('Escape');
    foreign.denied.clear();
  });

  test('offer no verb that the server does not have', async () => {
    await entry('Gadgets').click();
    await page.getByText('No Gadgets').waitFor();
    foreign.put('gadgets', { ...widget('spanner', 'Ready'), kind: 'Gadget' });
    await row(/spanner/).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Copy as kubectl command' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Delete…' }).count()).toBe(0);
    expect(await page.getByRole('menuitem', { name: 'Edit YAML' }).count()).toBe(0);
    await page.keyboard.press('Escape');
  });

  test('show the shape of their list until the server answers', async () => {
    foreign.define({ ...levers, fault: 'silent' });
    await entry('Levers').click();
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    await keepViews(page, '28-generic-loading');
  });

  test('tell what is wrong with the server, and come once it is well', async () => {
    foreign.define({ ...levers, fault: { message: 'the levers are stuck' } });
    await goTo('#/foreign/pods');
    await goTo('#/foreign/levers.fault.example.com');
    foreign.dropConnections();
    await page.getByText('Levers could not be listed').waitFor({ timeout: 30_000 });
    await page.getByText('the levers are stuck').waitFor();
    await keepViews(page, '29-generic-error');
    foreign.define(levers);
    await page.getByText('No Levers').waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Apply YAML' }).waitFor();
    await keepViews(page, '29-generic-empty');
    foreign.remove('levers');
  });

  test('keep their shape where names and values are long, and tell cells that are maps', async () => {
    const group = `${'a-very-long-name-of-a-vendor.'.repeat(3)}example.com`;
    const bolts: ForeignResource = {
      ...{ group, version: 'v1', plural: 'bolts', kind: 'Bolt', namespaced: true },
      columns: [
        { name: 'Made of', type: 'string', format: '', description: '', priority: 0, value: () => ({ iron: 2 }) },
      ],
    };
    foreign.define(bolts);
    foreign.put('bolts', foreignObject(bolts, 'hex', { spec: { note: 'x'.repeat(400) } }));
    await goTo(`#/foreign/bolts.${group}`);
    await row(/hex.*{"iron":2}/).click();
    const details = page.getByRole('complementary', { name: 'Bolt hex' });
    const left = async (text: string | RegExp) => (await details.getByText(text).boundingBox())?.x ?? 0;
    await details.getByText(/^x{400}$/).waitFor();
    expect(await left(/^x{400}$/)).toBeGreaterThan(await left('note'));
    const chevron = await entry(group).locator('svg').boundingBox();
    expect(chevron?.width).toBe((await entry('example.com').locator('svg').boundingBox())?.width);
    await keepViews(page, '29-generic-long');
    foreign.remove('bolts');
    await entry('Bolts').waitFor({ state: 'detached' });
  });

  test('that may not be seen say who may not do what', async () => {
    await entry('Vaults').click();
    await page.getByText('User "jane" cannot list resource "vaults"').waitFor();
    await keepViews(page, '24-forbidden');
  });

  test('are found under the addresses of before, and by kind', async () => {
    await goTo('#/foreign/deployments');
    await expect.poll(() => page.evaluate('location.hash')).toBe('#/foreign/deployments.apps');
    await goTo('#/foreign/Widget?o=shop/north');
    await page.getByRole('complementary', { name: 'Widget north' }).waitFor();
    expect(await page.evaluate('location.hash')).toBe('#/foreign/widgets.example.com?o=shop/north');
  });

  test('that leave say so, and come back by themselves', async () => {
    foreign.remove('widgets');
    await page.getByText('foreign does not serve widgets.example.com').waitFor();
    await entry('Widgets').waitFor({ state: 'detached' });
    await keepViews(page, '25-gone');
    foreign.define(widgets);
    await row(/north.*Running/).waitFor();
  });

  test('are found by the palette', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('wd');
    await page.getByRole('option', { name: /Widgets/ }).waitFor();
    await page.keyboard.press('Escape');
  });

  describe('on a cluster of ours, defined while it runs', () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const lamps = {
      metadata: { name: 'lamps.light.example.com' },
      spec: {
        group: 'light.example.com',
        scope: 'Namespaced',
        names: { plural: 'lamps', kind: 'Lamp' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { data: { type: 'object', additionalProperties: { type: 'string' } } },
              },
            },
          },
        ],
      },
    };
    const definition = `${definitions}/lamps.light.example.com`;
    const place = '/apis/light.example.com/v1/namespaces/default/lamps';
    const send = async (method: 'POST' | 'DELETE', path: string, body?: unknown) => {
      const { status } = await own.transport.request({ method, path, ...(body ? { body } : {}) });
      return status;
    };
    const lamp = (name: string, data: Record<string, string>) => ({
      apiVersion: 'light.example.com/v1',
      kind: 'Lamp',
      metadata: { name },
      data,
    });
    const details = () => page.getByRole('complementary', { name: 'Lamp desk' });

    test('have an entry within a second or so, a list and details', async () => {
      await goTo('#/test/configmaps');
      await page.getByRole('button', { name: 'Cluster: test' }).waitFor();
      await entry('ConfigMaps').waitFor();
      expect(await send('POST', definitions, lamps)).toBe(201);
      await entry('Lamps').waitFor({ timeout: 3_000 });
      await entry('Lamps').click();
      await page.getByText('No Lamps').waitFor();
      expect(await send('POST', place, lamp('desk', { shade: 'green' }))).toBe(201);
      await row(/desk/).click();
      await details().getByText('green').waitFor();
      expect(await send('POST', place, lamp('floor', { shade: 'red' }))).toBe(201);
      await row(/floor/).waitFor();
      await keepViews(page, '26-late-kind');
    });

    test('say that they are gone when they leave, also to those who look at one, and come back', async () => {
      expect(await send('DELETE', definition)).toBe(200);
      await page.getByText('test does not serve lamps.light.example.com').waitFor({ timeout: 3_000 });
      await entry('Lamps').waitFor({ state: 'detached' });
      expect(await details().count()).toBe(0);
      await keepViews(page, '27-late-kind-gone');
      expect(await send('POST', definitions, lamps)).toBe(201);
      await page.getByText('No Lamps').waitFor({ timeout: 3_000 });
      for (const name of ['desk', 'floor']) {
        expect(await send('POST', place, lamp(name, { shade: 'green' }))).toBe(201);
      }
      await details().getByText('green').waitFor({ timeout: 3_000 });
      await row(/floor/).waitFor();
      expect(await send('DELETE', `${place}/floor`)).toBe(200);
      await row(/floor/).waitFor({ state: 'detached' });
      expect(await send('DELETE', definition)).toBe(200);
      await entry('Lamps').waitFor({ state: 'detached', timeout: 3_000 });
    });
  });
});

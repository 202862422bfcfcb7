/** What a user sees and is offered who may look into one namespace only, and may not do everything there. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { unless } from '../unless.ts';
import { barriers, keepViews, noChromium } from './support/browser.ts';
import { type ForeignCluster, foreignObject, startForeignCluster } from './support/foreign-cluster.ts';
import { fillForeignCluster, pods, widgets } from './support/foreign-kinds.ts';
import { openServedWindow, type ServedWindow } from './support/served-window.ts';

unless(noChromium).describe('a user who may look into one namespace', () => {
  let foreign: ForeignCluster;
  let served: ServedWindow;
  let page: Page;

  beforeAll(async () => {
    foreign = await startForeignCluster({ onlyIn: ['shop'] });
    fillForeignCluster(foreign);
    served = await openServedWindow({ current: 'foreign', foreign: foreign.url });
    page = served.page;
  });

  afterAll(async () => {
    await served?.close();
    await foreign?.close();
  });

  const entry = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true });
  const row = (name: RegExp) => page.getByRole('row', { name });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const picker = () => page.getByRole('button', { name: /^Namespaces:/ });

  test('is told what is missing, and where it was looked for', async () => {
    await entry('Widgets').click();
    await page.getByText('You may not list Widgets').waitFor();
    await page.getByText('cannot list resource "widgets"').waitFor();
    await page.getByText('Tried as well: default.').waitFor();
    await keepViews(page, '30-forbidden');
  });

  test('is told as well where a resource belongs to no namespace', async () => {
    await entry('Nodes').click();
    await page.getByText('You may not list Nodes').waitFor();
    await page.getByText('or switch context').waitFor();
    expect(await page.getByRole('textbox', { name: 'Namespace', exact: true }).count()).toBe(0);
  });

  test('names a namespace and sees what is in it, live', async () => {
    await entry('Widgets').click();
    await page.getByRole('textbox', { name: 'Namespace', exact: true }).fill('shop');
    await button('Show').click();
    await row(/north.*Running/).waitFor();
    await page.getByText('shop only').waitFor();
    foreign.put('widgets', foreignObject(widgets, 'late'));
    await row(/late/).waitFor();
    foreign.drop('widgets', 'late');
    await row(/late/).waitFor({ state: 'detached' });
    await keepViews(page, '31-confined-list');
  });

  test('finds the namespace again in the picker, for every kind and after a reload', async () => {
    await page.goto(`${served.url.split('?')[0]}#/foreign/pods`);
    await row(/north-0/).waitFor();
    await picker().click();
    await page.getByText('You may not list namespaces here').waitFor();
    await page.getByRole('checkbox', { name: 'Show shop' }).waitFor();
    await keepViews(page, '32-namespaces-named');
    await page.getByRole('textbox', { name: 'Find or name a namespace' }).fill('tools');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Namespaces: tools' }).waitFor();
    await page.getByText('No Pods in tools').waitFor();
    await picker().click();
    await page.getByRole('button', { name: 'Forget tools' }).click();
    await page.keyboard.press('Escape');
    await row(/north-0/).waitFor();
    await page.getByRole('button', { name: 'Namespaces: My namespaces' }).waitFor();
  });

  test('has an overview of what there is to see', async () => {
    await entry('Overview').first().click();
    await page
      .getByText('Every pod that you may see is well')
      .or(page.getByText(/pod is/))
      .waitFor();
    await page.getByText('You may not see nodes here.').waitFor();
    await keepViews(page, '33-confined-overview');
  });

  describe('is offered what the server allows, and told why not', () => {
    afterEach(() => foreign.denied.clear());

    test('to create, in a namespace where it may', async () => {
      foreign.denied.add('create configmaps').add('create services in default');
      await page.getByRole('navigation').getByRole('button', { name: 'ConfigMaps' }).click();
      await page.getByText('No ConfigMaps').waitFor();
      await expect.poll(() => button('Create a ConfigMap').getAttribute('aria-disabled')).toBe('true');
      expect(await button('Create a ConfigMap').getAttribute('title')).toContain('jane may not create configmaps');
      await button('Create').click();
      const item = (name: string) => page.getByRole('menuitem', { name });
      expect(await item('ConfigMap…').getAttribute('aria-disabled')).toBe('true');
      await item('ConfigMap…').getByText('jane may not create configmaps').waitFor();
      expect(await item('Deployment…').getAttribute('aria-disabled')).toBeNull();
      // Not served here, so that there is nothing to create.
      expect(await item('Secret…').count()).toBe(0);
      expect(await barriers(page)).toEqual([]);
      await item('Service…').click();
      const form = page.getByRole('dialog', { name: 'Create a Service' });
      expect(await form.getByLabel('Namespace').inputValue()).toBe('shop');
      await form.getByRole('button', { name: 'Cancel' }).click();
    });

    test('to delete what is selected', async () => {
      foreign.denied.add('delete widgets');
      await entry('Widgets').click();
      await row(/north/).getByRole('checkbox').click();
      await row(/south/).getByRole('checkbox').click();
      await page.getByText('2 selected').waitFor();
      await expect.poll(() => button('Delete').getAttribute('aria-disabled')).toBe('true');
      expect(await button('Delete').getAttribute('title')).toContain('jane may not delete widgets.example.com');
      await button('Delete').dispatchEvent('click');
      expect(await page.getByRole('dialog').count()).toBe(0);
      await keepViews(page, '34-may-not-delete');
      await button('Clear the selection').click();
    });

    test('to do to many at once what a view has for that', async () => {
      foreign.denied.add('patch deployments');
      foreign.put(
        'deployments',
        foreignObject({ group: 'apps', version: 'v1', kind: 'Deployment', namespaced: true }, 'web', {
          spec: { replicas: 1, template: { spec: { containers: [] } } },
        }),
      );
      await entry('Deployments').click();
      await row(/web/).getByRole('checkbox').click();
      await expect.poll(() => button('Restart').getAttribute('aria-disabled')).toBe('true');
      expect(await button('Restart').getAttribute('title')).toContain('jane may not patch deployments.apps');
      await button('Clear the selection').click();
    });

    test('logs and shells', async () => {
      foreign.denied.add('get pods/log').add('create pods/exec');
      foreign.put(
        'pods',
        foreignObject(pods, 'quiet', {
          spec: { containers: [{ name: 'a', image: 'a' }] },
          status: { phase: 'Running' },
        }),
      );
      await page.getByRole('navigation').getByRole('button', { name: 'Pods' }).click();
      await row(/quiet/).click();
      await page.getByRole('tab', { name: 'Logs' }).click();
      await page.getByText('jane may not get pods/log in namespace “shop”').waitFor();
      await keepViews(page, '35-may-not-log');
      await page.getByRole('tab', { name: 'Shell' }).click();
      await page.getByText('jane may not create pods/exec in namespace “shop”').waitFor();
      await page.getByRole('tab', { name: 'Overview' }).click();
      expect(
        await page
          .getByRole('complementary')
          .getByRole('button', { name: 'Shell', exact: true })
          .getAttribute('aria-disabled'),
      ).toBe('true');
    });
  });

  test('sees all namespaces once the server allows that, with no reload', async () => {
    await entry('Widgets').click();
    await page.getByText('shop only').waitFor();
    const elsewhere = foreignObject(widgets, 'elsewhere');
    foreign.put('widgets', { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'tools' } });
    foreign.openAll();
    await row(/elsewhere/).waitFor();
    await row(/north/).waitFor();
    await page.getByText('shop only').waitFor({ state: 'detached' });
    await keepViews(page, '36-all-namespaces-again');
  });
});

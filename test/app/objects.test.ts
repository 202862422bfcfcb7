/** What people do to objects in the window, on a whole control plane in memory: no engine is needed, only Chromium. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployments } from '../../agent/api/apps/deployment.ts';
import { configMaps } from '../../agent/api/core/config-map.ts';
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { secrets } from '../../agent/api/core/secret.ts';
import { services } from '../../agent/api/core/service.ts';
import { type ControlPlane, startControlPlane } from '../integration/control-plane.ts';
import { unless } from '../unless.ts';
import { barriers, keepScreenshot, noChromium } from './support/browser.ts';
import { openServedWindow, type ServedWindow } from './support/served-window.ts';

unless(noChromium).describe('objects in the window', () => {
  let plane: ControlPlane;
  let served: ServedWindow;
  let page: Page;

  beforeAll(async () => {
    plane = await startControlPlane();
    served = await openServedWindow({ current: 'test', kubeconfig: plane.api.kubeconfig });
    page = served.page;
  });

  afterAll(async () => {
    await served?.close();
    await plane?.close();
  });

  const openPage = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
  const row = (name: RegExp) => page.getByRole('row', { name });
  const dialog = (name: string) => page.getByRole('dialog', { name });
  const press = (within: ReturnType<typeof dialog>, name: string) =>
    within.getByRole('button', { name, exact: true }).click();

  async function create(kind: string): Promise<ReturnType<typeof dialog>> {
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('menuitem', { name: `${kind}…` }).click();
    return dialog(`Create a ${kind}`);
  }

  async function act(rowName: RegExp, action: string | RegExp): Promise<void> {
    await row(rowName).click({ button: 'right' });
    await page.getByRole('menuitem', { name: action }).click();
  }

  const deployment = () => plane.client.resource(deployments).get('web', 'default');

  test('a deployment is created from a form, and its pods appear', async () => {
    await openPage('Deployments');
    const form = await create('Deployment');
    await form.getByLabel('Name', { exact: true }).fill('web');
    await form.getByLabel('Image').fill('web:1.0');
    await form.getByLabel('Replicas').fill('3');
    await form.getByLabel('Port', { exact: true }).fill('80');
    await form.getByText('containerPort').waitFor();
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '10-create-deployment');
    await press(form, 'Create');
    await page.getByRole('complementary', { name: 'Deployment web' }).waitFor();
    await row(/web.*Available.*3\/3/).waitFor();
  });

  test('a name that is taken is told in the form, which stays open', async () => {
    const form = await create('Deployment');
    await form.getByLabel('Name', { exact: true }).fill('web');
    await form.getByLabel('Image').fill('web:2.0');
    await press(form, 'Create');
    await form.getByRole('alert').getByText('deployments.apps "web" already exists').waitFor();
    await press(form, 'Cancel');
  });

  test('a service takes over labels and port of the deployment that it is for', async () => {
    await openPage('Services');
    const form = await create('Service');
    await form.getByLabel('For a deployment').selectOption('web');
    await press(form, 'Create');
    await page.getByRole('complementary', { name: 'Service web' }).waitFor();
    const { spec } = await plane.client.resource(services).get('web', 'default');
    expect([spec.selector, spec.ports?.[0]?.targetPort]).toEqual([{ app: 'web' }, 80]);
    await page.getByText('3 ready of 3').waitFor();
  });

  test('config maps and secrets are created from keys and values', async () => {
    await openPage('ConfigMaps');
    const map = await create('ConfigMap');
    await map.getByLabel('Name', { exact: true }).fill('settings');
    await map.getByLabel('Key 1').fill('level');
    await map.getByLabel('Value 1').fill('info');
    await press(map, 'Create');
    await page.getByRole('complementary', { name: 'ConfigMap settings' }).waitFor();
    expect((await plane.client.resource(configMaps).get('settings', 'default')).data).toEqual({ level: 'info' });

    await openPage('Secrets');
    const secret = await create('Secret');
    await secret.getByLabel('Name', { exact: true }).fill('login');
    await secret.getByLabel('Type').selectOption('kubernetes.io/basic-auth');
    await secret.getByLabel('Value 1').fill('me');
    await secret.getByLabel('Value 2').fill('s3cret');
    await press(secret, 'Create');
    const details = page.getByRole('complementary', { name: 'Secret login' });
    await details.getByRole('button', { name: 'Show password' }).waitFor();
    expect(await details.getByText('s3cret').count()).toBe(0);
    await details.getByRole('button', { name: 'Show password' }).click();
    await details.getByText('s3cret').waitFor();
    expect((await plane.client.resource(secrets).get('login', 'default')).type).toBe('kubernetes.io/basic-auth');
  });

  test('what was typed into an editor is not lost unasked', async () => {
    await openPage('ConfigMaps');
    await row(/^Select settings/).click();
    const details = page.getByRole('complementary', { name: 'ConfigMap settings' });
    await details.getByRole('button', { name: 'Edit YAML' }).click();
    await page.getByRole('region', { name: 'Dock' }).getByText('level', { exact: true }).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# later');
    const closeTab = () => page.getByRole('button', { name: 'Close settings' }).click();
    await page.getByRole('img', { name: 'not saved' }).waitFor();
    await closeTab();
    expect(await barriers(page)).toEqual([]);
    await press(dialog('Discard changes?'), 'Keep editing');
    await page.getByText('# later').waitFor();
    await closeTab();
    await press(dialog('Discard changes?'), 'Discard');
    await page.getByRole('region', { name: 'Dock' }).waitFor({ state: 'detached' });
  });

  test('going back closes the details, and going on opens them again', async () => {
    const details = page.getByRole('complementary', { name: 'ConfigMap settings' });
    await page.goBack();
    await details.waitFor({ state: 'detached' });
    await page.getByRole('grid', { name: 'ConfigMaps' }).waitFor();
    await page.goForward();
    await details.waitFor();
  });

  test('a namespace that is gone is told of, and can be left', async () => {
    await page.evaluate(() => window.location.assign('#/test/pods?ns=gone'));
    await page.getByText('There is no namespace gone').waitFor();
    await page.getByRole('button', { name: 'Namespaces: gone' }).click();
    await page.getByRole('checkbox', { name: 'Show gone' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('grid', { name: 'Pods' }).waitFor();
  });

  test('Escape closes the notifications, whether or not there are any', async () => {
    await page.getByRole('button', { name: /^Notifications/ }).click();
    await page.keyboard.press('Escape');
    await dialog('Notifications').waitFor({ state: 'detached' });
  });

  test('an editor says that its object was deleted, keeps what was typed, and takes a new object of its name', async () => {
    const maps = plane.client.resource(configMaps);
    const draft = (value: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'passing', namespace: 'default' },
      data: { value },
    });
    await maps.create(draft('first'));
    await openPage('ConfigMaps');
    await row(/passing/).click();
    const details = page.getByRole('complementary');
    await details.getByRole('button', { name: 'Edit YAML' }).click();
    const editor = page.getByRole('textbox', { name: 'YAML of passing' });
    await editor.getByText('first').click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('typed: by hand');
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await expect.poll(() => save.isEnabled()).toBe(true);
    await maps.delete('passing', 'default');
    await page.getByRole('alert').getByText('passing was deleted', { exact: false }).waitFor();
    expect(await save.isDisabled()).toBe(true);
    expect(await editor.textContent()).toContain('typed: by hand');
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '17-editor-of-a-deleted-object');
    await maps.create(draft('second'));
    await page.getByText('passing was deleted, and a new object has its name').waitFor();
    await page.getByRole('button', { name: 'Load the new object' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await editor.getByText('second').waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Close.*passing/ }).click();
  });

  test('scaling shows the command that does the same', async () => {
    await openPage('Deployments');
    await act(/^Select web/, 'Scale…');
    await dialog('Scale').getByRole('button', { name: 'More' }).click();
    await dialog('Scale')
      .getByText('kubectl --context test -n default scale deployments.apps/web --replicas=4')
      .waitFor();
    expect(await barriers(page)).toEqual([]);
    await press(dialog('Scale'), 'Scale');
    await row(/web.*4\/4/).waitFor();
  });

  test('another image is rolled out, and rolled back to with the difference in sight', async () => {
    await act(/^Select web/, 'Set image…');
    await dialog('Set image').getByLabel('web').fill('web:2.0');
    await press(dialog('Set image'), 'Roll out');
    await row(/web.*Available.*web:2.0/).waitFor();
    await row(/^Select web/).click();
    await page.getByRole('button', { name: 'Roll back to revision 1' }).click();
    await dialog('Roll back').locator('.cm-deletedChunk').getByText('web:2.0').waitFor();
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '11-roll-back');
    await press(dialog('Roll back'), 'Roll back to revision 1');
    await expect.poll(async () => (await deployment()).spec.template?.spec?.containers[0]?.image).toBe('web:1.0');
  });

  test('labels and annotations are edited line by line', async () => {
    await act(/^Select web/, 'Labels and annotations…');
    const form = dialog('Labels and annotations');
    await form.getByRole('button', { name: 'Add label' }).click();
    await form.getByLabel('Key 2').first().fill('tier');
    await form.getByLabel('Value 2').first().fill('not valid!');
    await form.getByText('“not valid!” is no valid label value.').waitFor();
    await form.getByLabel('Value 2').first().fill('front');
    await press(form, 'Save');
    await expect.poll(async () => (await deployment()).metadata.labels).toEqual({ app: 'web', tier: 'front' });
  });

  test('describes as kubectl does', async () => {
    await page.getByRole('tab', { name: 'Describe' }).click();
    await page.getByText('RollingUpdateStrategy:  25% max unavailable, 25% max surge').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('draining a node evicts its pods and says when they have gone', async () => {
    await openPage('Nodes');
    const onWorker = async () =>
      (await plane.client.resource(pods).list({ namespace: 'default' })).items.filter(
        ({ spec }) => spec.nodeName === 'worker',
      ).length;
    expect(await onWorker()).toBeGreaterThan(0);
    await act(/worker worker/, 'Drain…');
    await keepScreenshot(page, '12-drain');
    await press(dialog('Drain'), 'Drain');
    await dialog('Drain').getByText('worker is drained').waitFor();
    expect(await barriers(page)).toEqual([]);
    await press(dialog('Drain'), 'Done');
    expect([await onWorker(), (await plane.client.resource(nodes).get('worker')).spec.unschedulable]).toEqual([
      0,
      true,
    ]);
  });

  test('several nodes are uncordoned at once', async () => {
    await page.getByRole('grid', { name: 'Nodes' }).focus();
    await page.keyboard.press('Control+a');
    await page.getByText('3 selected').waitFor();
    await page.keyboard.press('Escape');
    await row(/worker worker/)
      .first()
      .getByRole('checkbox')
      .click();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'Uncordon' }).click();
    await expect
      .poll(async () => (await plane.client.resource(nodes).get('worker')).spec.unschedulable ?? false)
      .toBe(false);
    await page.getByRole('button', { name: 'Clear the selection' }).click();
  });

  test('columns are chosen, and remembered', async () => {
    await openPage('Pods');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'QoS' }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'QoS' }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'QoS' }).waitFor();
  });

  test('says which keys there are', async () => {
    await page.keyboard.press('?');
    await dialog('Keyboard shortcuts').getByText('Copy as kubectl command').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('every page is without barriers in the dark as well', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const name of ['Nodes', 'Pods', 'Deployments', 'Services', 'ConfigMaps', 'Secrets', 'Events', 'Namespaces']) {
      await openPage(name);
      await page.getByRole('grid', { name }).waitFor();
      await page.getByRole('row').nth(1).click();
      await page.getByRole('tab', { name: 'Overview' }).waitFor();
      expect([name, await barriers(page)]).toEqual([name, []]);
    }
  });
});

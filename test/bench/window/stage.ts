/** A window with very many pods: an API server in memory, the web shell and a real Chromium, without an engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright';
import { createServices } from '../../../main/services.ts';
import { startWebShell } from '../../../main/web/server.ts';
import { launchBrowser } from '../../app/support/browser.ts';
import { ensureWindow, rendererFolder } from '../../app/support/window.ts';
import { startTestApiServer, type TestApiServer } from '../../integration/harness.ts';

export interface Stage {
  page: Page;
  devtools: CDPSession;
  api: TestApiServer;
  close(): Promise<void>;
}

const collection = '/api/v1/namespaces/default/pods';

const podName = (index: number): string => `web-${index % 50}-7d9c5f4b8-${index.toString(36).padStart(5, '0')}`;

function manifest(index: number) {
  const app = `web-${index % 50}`;
  const container = {
    name: 'web',
    image: `registry.example.com/${app}:1.${index % 9}`,
    ports: [{ containerPort: 80 }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(index), labels: { app, tier: index % 3 ? 'front' : 'back' } },
    spec: { nodeName: `node-${index % 100}`, containers: [{ ...container, resources: { requests: { cpu: '10m' } } }] },
  };
}

/** The status that a kubelet would report; `restarts` makes one report differ from the one before. */
export function statusOf(index: number, restarts = 0) {
  const at = '2026-01-01T00:00:00Z';
  const conditions = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: at,
  }));
  const lastState = restarts ? { terminated: { exitCode: 1, reason: 'Error', startedAt: at, finishedAt: at } } : {};
  const web = { name: 'web', ready: true, started: true, image: 'web', imageID: 'sha256:1', restartCount: restarts };
  const containerStatuses = [{ ...web, state: { running: { startedAt: at } }, lastState }];
  const podIP = `10.244.${Math.floor(index / 250) % 250}.${index % 250}`;
  return { phase: 'Running', podIP, podIPs: [{ ip: podIP }], qosClass: 'Burstable', conditions, containerStatuses };
}

async function expectSuccess(api: TestApiServer, request: Parameters<TestApiServer['transport']['request']>[0]) {
  const { status, body } = await api.transport.request(request);
  if (status >= 300) throw new Error(`${request.method} ${request.path}: ${JSON.stringify(body)}`);
}

export const reportStatus = (api: TestApiServer, index: number, restarts: number): Promise<void> =>
  expectSuccess(api, {
    method: 'PATCH',
    path: `${collection}/${podName(index)}/status`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { status: statusOf(index, restarts) },
  });

async function fill(api: TestApiServer, count: number): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await expectSuccess(api, { method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts', body: account });
  for (let index = 0; index < count; index += 1) {
    await expectSuccess(api, { method: 'POST', path: collection, body: manifest(index) });
    await reportStatus(api, index, 0);
  }
}

export async function openStage(pods: number): Promise<Stage> {
  await ensureWindow();
  const folder = await mkdtemp(join(tmpdir(), 'skiff-window-'));
  const api = await startTestApiServer();
  process.env.SKIFF_HOME = join(folder, 'home');
  process.env.KUBECONFIG = api.kubeconfig;
  process.env.SKIFF_ENGINE = 'none';
  await fill(api, pods);
  const { services, machine } = createServices({
    shell: 'web',
    openExternal: async () => undefined,
    say: () => undefined,
  });
  const shell = await startWebShell({ services, root: process.env.SKIFF_BENCH_WINDOW ?? rendererFolder });
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(shell.url);
  await page.getByRole('button', { name: 'Cluster: test' }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  // CPU time of the main thread, which other programs on the machine do not change.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const close = async () => {
    await browser.close();
    await shell.close();
    machine.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { page, devtools, api, close };
}

/** Objects as the API server stores them, with only what a test cares about spelled out. */
import type { core, Deployment, Pod, Service } from '../../../../agent/api/types.ts';

export const metadata = (name: string, more: Partial<Pod['metadata']> = {}): Pod['metadata'] => ({
  name,
  namespace: 'default',
  uid: 'a4f1b6d0-0000-4000-8000-000000000000',
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});

interface PodParts {
  metadata?: Partial<Pod['metadata']>;
  spec?: Partial<core.PodSpec>;
  status?: core.PodStatus;
}

export const aPod = (parts: PodParts = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata('web', parts.metadata),
  spec: { containers: [{ name: 'web', image: 'web:1.0' }], ...parts.spec },
  ...(parts.status ? { status: parts.status } : {}),
});

export const aService = (spec: core.ServiceSpec = {}, status?: core.ServiceStatus): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata('web'),
  spec: { ports: [{ port: 80 }], ...spec },
  ...(status ? { status } : {}),
});

export const aDeployment = (spec: Partial<Deployment['spec']> = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('web'),
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } },
    ...spec,
  },
});

/** `field: type` and the detail, as one line each. */
export const lines = (errors: readonly { field: string; type: string; detail: string }[] | undefined): string[] =>
  (errors ?? []).map(({ field, type, detail }) => `${field}: ${type}${detail ? `: ${detail}` : ''}`);

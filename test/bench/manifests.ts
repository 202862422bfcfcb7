/** The objects that the measurements create. Their images are the local ones of `test/images`. */
const container = (image: string, command?: string[]) => ({ name: 'c', image, ...(command ? { command } : {}) });

export const webPod = (name: string, labels: Record<string, string> = { app: name }) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [container('web:1.0')] },
});

export const service = (name: string, type: 'ClusterIP' | 'NodePort' = 'ClusterIP', app = name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type, selector: { app }, ports: [{ port: 80 }] },
});

/** Ends as soon as the service's name resolves and the service answers. */
export const visitor = (name: string, target: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [container('client:1', ['sh', '-c', `until curl -sf -m 1 http://${target}; do sleep 0.02; done`])],
  },
});

export const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { key: 'x'.repeat(512) },
});

/** Pods that no scheduler takes, so that only the API server works on them. */
export const unscheduled = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { bench: 'list' } },
  spec: { schedulerName: 'nobody', containers: [container('web:1.0')] },
});

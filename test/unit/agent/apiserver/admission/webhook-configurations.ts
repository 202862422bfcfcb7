/** Configurations of webhooks, as tests register them. */

export interface WebhookSource {
  url(path: string): string;
  caBundle: string;
}

export const configurations = {
  mutating: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  validating: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
};

const kinds = { mutating: 'MutatingWebhookConfiguration', validating: 'ValidatingWebhookConfiguration' };

export const rule = (resources: string[], operations: string[] = ['CREATE', 'UPDATE'], rest: object = {}) => ({
  operations,
  apiGroups: [''],
  apiVersions: ['v1'],
  resources,
  ...rest,
});

/** About config maps unless `rest` says otherwise. */
export const webhook = (server: WebhookSource, path: string, rest: object = {}) => ({
  name: 'check.example.com',
  clientConfig: { url: server.url(path), caBundle: server.caBundle },
  rules: [rule(['configmaps'])],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...rest,
});

export async function register(
  api: { create(path: string, body: unknown): Promise<unknown> },
  type: 'mutating' | 'validating',
  name: string,
  webhooks: readonly object[],
): Promise<void> {
  await api.create(configurations[type], {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: kinds[type],
    metadata: { name },
    webhooks,
  });
}

/** Objects of the kinds that have most parts, as clients send them, and where. */

export interface Sample {
  /** Of its collection. */
  path: string;
  object: Readonly<Record<string, unknown>>;
}

/** `group` is '' for the core group. */
export const collectionOf = (group: string, version: string, isNamespaced: boolean, plural: string): string =>
  `${group ? `/apis/${group}` : '/api'}/${version}${isNamespaced ? '/namespaces/default' : ''}/${plural}`;

const labels = { app: 'web', 'example.com/tier': 'front' };
const selector = { matchLabels: labels, matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] };
const container = {
  name: 'main',
  image: 'web:1.0',
  command: ['sh', '-c', 'echo $(NAME)'],
  ports: [{ containerPort: 80, name: 'http', protocol: 'TCP' }],
  env: [
    { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'B', value: 'b' },
  ],
  resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } },
  volumeMounts: [{ name: 'settings', mountPath: '/settings' }],
  livenessProbe: { httpGet: { port: 'http', path: '/' }, periodSeconds: 5 },
  securityContext: { runAsUser: 1000, capabilities: { drop: ['ALL'] } },
};
const podSpec = {
  containers: [container],
  initContainers: [{ name: 'first', image: 'web:1.0', restartPolicy: 'Always' }],
  volumes: [
    { name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'a' }] } },
    { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
  ],
  tolerations: [{ key: 'a', operator: 'Exists' }],
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: selector }],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
  ],
};
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const metadata = {
  name: 'web',
  labels,
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  finalizers: ['example.com/mine'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'a', controller: true }],
  managedFields: [
    {
      manager: 'kubectl',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '2024-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {} } } },
      },
    },
  ],
};
const template = { metadata: { labels }, spec: podSpec };
const inCore = (plural: string): string => `/api/v1/namespaces/default/${plural}`;

const sample = (path: string, apiVersion: string, kind: string, content: object): Sample => ({
  path,
  object: { apiVersion, kind, metadata, ...content },
});

export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A definition of `things.example.com`. */
export const definitionOf = (schema: unknown): Record<string, unknown> => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {}, scale: { specReplicasPath: '.spec.number', statusReplicasPath: '.status.number' } },
        additionalPrinterColumns: [{ name: 'Text', type: 'string', jsonPath: '.spec.text' }],
        selectableFields: [{ jsonPath: '.spec.text' }],
      },
    ],
  },
});

/** With nothing in its metadata but what it needs. */
export const bare = ({ object: { metadata, ...object }, path }: Sample): Record<string, unknown> => ({
  ...object,
  metadata: path === definitionsPath ? metadata : { name: 'web' },
});

export const samples: readonly [Sample, ...Sample[]] = [
  sample(inCore('pods'), 'v1', 'Pod', { spec: podSpec, status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
  sample(inCore('services'), 'v1', 'Service', {
    spec: {
      type: 'NodePort',
      selector: labels,
      ports: [{ port: 80, name: 'http', targetPort: 'http', nodePort: 30080 }],
    },
  }),
  sample(inCore('configmaps'), 'v1', 'ConfigMap', { data: { a: 'b' }, binaryData: { c: 'AAEC' } }),
  sample(inCore('secrets'), 'v1', 'Secret', { type: 'Opaque', data: { a: 'Yg==' }, stringData: { c: 'd' } }),
  sample('/api/v1/nodes', 'v1', 'Node', {
    spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDR: '10.244.0.0/24' },
    status: { capacity: { cpu: '1' }, addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] },
  }),
  sample('/apis/apps/v1/namespaces/default/deployments', 'apps/v1', 'Deployment', {
    spec: { replicas: 2, selector, template, strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } } },
  }),
  sample('/apis/apps/v1/namespaces/default/statefulsets', 'apps/v1', 'StatefulSet', {
    spec: {
      selector,
      template,
      serviceName: 'web',
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  }),
  sample('/apis/batch/v1/namespaces/default/cronjobs', 'batch/v1', 'CronJob', {
    spec: {
      schedule: '*/5 1-3,7 * JAN mon',
      timeZone: 'Europe/Zurich',
      jobTemplate: { spec: { template: { ...template, spec: { ...podSpec, restartPolicy: 'OnFailure' } } } },
    },
  }),
  sample(
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 2,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    },
  ),
  sample('/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', 'networking.k8s.io/v1', 'NetworkPolicy', {
    spec: {
      podSelector: selector,
      ingress: [
        { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 80, endPort: 90 }] },
      ],
    },
  }),
  sample('/apis/networking.k8s.io/v1/namespaces/default/ingresses', 'networking.k8s.io/v1', 'Ingress', {
    spec: {
      rules: [
        {
          host: '*.example.com',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
          },
        },
      ],
    },
  }),
  sample('/apis/rbac.authorization.k8s.io/v1/clusterroles', 'rbac.authorization.k8s.io/v1', 'ClusterRole', {
    rules: [{ apiGroups: ['', '*'], resources: ['pods/log'], verbs: ['*'], resourceNames: ['a'] }],
    aggregationRule: { clusterRoleSelectors: [selector] },
  }),
  sample('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', 'discovery.k8s.io/v1', 'EndpointSlice', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true }, zone: 'a' }],
    ports: [{ name: 'http', port: 80 }],
  }),
  sample(
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
        },
        variables: [{ name: 'a', expression: 'object.metadata.name' }],
        validations: [
          {
            expression: "variables.a.size() < 300 || object.?data.a.orValue('') != 'b'",
            messageExpression: "'no ' + variables.a",
          },
        ],
      },
    },
  ),
  {
    path: definitionsPath,
    object: definitionOf({
      type: 'object',
      properties: { spec: { type: 'object', properties: { text: { type: 'string' }, number: { type: 'integer' } } } },
    }),
  },
];

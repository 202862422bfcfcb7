/** Definitions of GatewayClass, Gateway and ReferenceGrant. https://gateway-api.sigs.k8s.io/reference/spec/ */
import { gatewayGroup } from './group.ts';
import {
  ageColumn,
  conditions,
  controllerPattern,
  define,
  described,
  group,
  hostname,
  kind,
  labelSelector,
  list,
  mapList,
  namespace,
  object,
  objectName,
  oneOf,
  pending,
  portNumber,
  reference,
  rules,
  sectionName,
  text,
} from './schema.ts';

const conditionPath = (type: string) => `.status.conditions[?(@.type=="${type}")].status`;

export const gatewayClassDefinition = define({
  names: { kind: 'GatewayClass', plural: 'gatewayclasses', shortNames: ['gc'] },
  scope: 'Cluster',
  versions: ['v1', 'v1beta1'],
  columns: [
    { name: 'Controller', type: 'string', jsonPath: '.spec.controllerName' },
    { name: 'Accepted', type: 'string', jsonPath: conditionPath('Accepted') },
    ageColumn,
    { name: 'Description', type: 'string', jsonPath: '.spec.description', priority: 1 },
  ],
  hasStatus: true,
  description: 'A class of gateways, and the controller that serves them.',
  properties: {
    spec: object(
      {
        controllerName: described(
          'The controller of the class. It never changes.',
          text({
            minLength: 1,
            maxLength: 253,
            pattern: controllerPattern,
            ...rules(['Value is immutable', 'self == oldSelf']),
          }),
        ),
        parametersRef: described(
          'An object with parameters for the controller.',
          object({ group, kind, name: objectName, namespace }, { required: ['group', 'kind', 'name'] }),
        ),
        description: described('What the class is for.', text({ maxLength: 64 })),
      },
      { required: ['controllerName'] },
    ),
    status: object(
      {
        conditions: conditions(['Accepted']),
        supportedFeatures: mapList('name', object({ name: text() }, { required: ['name'] }), 64),
      },
      { default: { conditions: pending(['Accepted']) } },
    ),
  },
});

const routeKind = object({ group: { ...group, default: gatewayGroup }, kind }, { required: ['kind'] });

const allowedRoutes = object(
  {
    namespaces: object(
      { from: oneOf(['All', 'Selector', 'Same'], { default: 'Same' }), selector: labelSelector },
      { default: { from: 'Same' } },
    ),
    kinds: list(routeKind, 8),
  },
  { default: { namespaces: { from: 'Same' } } },
);

const listenerTls = object(
  {
    mode: oneOf(['Terminate', 'Passthrough'], { default: 'Terminate' }),
    certificateRefs: list(object(reference('', 'Secret'), { required: ['name'] }), 64),
    options: { type: 'object', maxProperties: 16, additionalProperties: text({ minLength: 0, maxLength: 4096 }) },
  },
  rules([
    'certificateRefs or options must be specified when mode is Terminate',
    "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
  ]),
);

const listener = object(
  {
    name: described('A name of its own in the gateway.', sectionName),
    hostname: described('Names that the listener serves; absent: all.', hostname),
    port: described('The port that clients use.', portNumber),
    protocol: described(
      'HTTP and HTTPS are served.',
      text({
        minLength: 1,
        maxLength: 255,
        pattern:
          '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$',
      }),
    ),
    tls: described('The certificates of HTTPS.', listenerTls),
    allowedRoutes: described('Which routes may use the listener.', allowedRoutes),
  },
  { required: ['name', 'port', 'protocol'] },
);

const listeners = mapList('name', listener, 64, {
  minItems: 1,
  ...rules(
    [
      "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
      "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
    ],
    [
      'tls mode must be Terminate for protocol HTTPS',
      "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
    ],
    [
      "hostname must not be specified for protocols ['TCP', 'UDP']",
      "self.all(l, l.protocol in ['TCP', 'UDP'] ? (!has(l.hostname) || l.hostname == '') : true)",
    ],
    ['Listener name must be unique within the Gateway', 'self.all(l1, self.exists_one(l2, l1.name == l2.name))'],
    [
      'Combination of port, protocol and hostname must be unique for each listener',
      'self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))',
    ],
  ),
});

const address = (value: Readonly<Record<string, unknown>>) =>
  object(
    {
      type: text({ minLength: 1, maxLength: 253, default: 'IPAddress' }),
      value: text({ maxLength: 253, ...value }),
    },
    'minLength' in value ? { required: ['value'] } : {},
  );

const metadataMap = (maxProperties: number, value: Readonly<Record<string, unknown>>) => ({
  type: 'object',
  maxProperties,
  additionalProperties: text(value),
});

const infrastructure = object({
  labels: metadataMap(8, { maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' }),
  annotations: metadataMap(16, { maxLength: 4096 }),
  parametersRef: object({ group, kind, name: objectName }, { required: ['group', 'kind', 'name'] }),
});

export const gatewayDefinition = define({
  names: { kind: 'Gateway', plural: 'gateways', shortNames: ['gtw'] },
  scope: 'Namespaced',
  versions: ['v1', 'v1beta1'],
  columns: [
    { name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName' },
    { name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value' },
    { name: 'Programmed', type: 'string', jsonPath: conditionPath('Programmed') },
    ageColumn,
  ],
  hasStatus: true,
  description: 'Listeners through which traffic comes into the cluster.',
  properties: {
    spec: object(
      {
        gatewayClassName: described('The class, whose controller serves the gateway.', objectName),
        listeners: described('Ports with their protocols and host names.', listeners),
        addresses: described('Addresses that the gateway is wished to have.', list(address({}), 16)),
        infrastructure: described('Marks for what a controller makes for the gateway.', infrastructure),
      },
      { required: ['gatewayClassName', 'listeners'] },
    ),
    status: object(
      {
        addresses: list(address({ minLength: 1 }), 16),
        conditions: conditions(['Accepted', 'Programmed']),
        listeners: mapList(
          'name',
          object(
            {
              name: sectionName,
              supportedKinds: list(routeKind, 8),
              attachedRoutes: { type: 'integer', format: 'int32' },
              conditions: conditions(),
            },
            { required: ['attachedRoutes', 'conditions', 'name'] },
          ),
          64,
        ),
      },
      { default: { conditions: pending(['Accepted', 'Programmed']) } },
    ),
  },
});

export const referenceGrantDefinition = define({
  names: { kind: 'ReferenceGrant', plural: 'referencegrants', shortNames: ['refgrant'] },
  scope: 'Namespaced',
  versions: ['v1beta1'],
  columns: [ageColumn],
  hasStatus: false,
  description: 'Permits objects of other namespaces to refer to objects of this one.',
  properties: {
    spec: object(
      {
        from: described(
          'Who may refer.',
          list(object({ group, kind, namespace }, { required: ['group', 'kind', 'namespace'] }), 16, { minItems: 1 }),
        ),
        to: described(
          'To what; without a name to all of the kind.',
          list(object({ group, kind, name: objectName }, { required: ['group', 'kind'] }), 16, { minItems: 1 }),
        ),
      },
      { required: ['from', 'to'] },
    ),
  },
});

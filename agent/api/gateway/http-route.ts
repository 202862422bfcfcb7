/** The definition of HTTPRoute. https://gateway-api.sigs.k8s.io/reference/spec/#httproute */
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
  list,
  mapList,
  object,
  objectName,
  oneOf,
  portNumber,
  preciseHostname,
  reference,
  rules,
  type Schema,
  sectionName,
  text,
  whole,
} from './schema.ts';

const headerName = text({ minLength: 1, maxLength: 256, pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$" });
const header = object(
  { name: headerName, value: text({ minLength: 1, maxLength: 4096 }) },
  { required: ['name', 'value'] },
);

const headerFilter = object({
  set: mapList('name', header, 16),
  add: mapList('name', header, 16),
  remove: { ...list(text(), 16), 'x-kubernetes-list-type': 'set' },
});

const pathModifier = object(
  {
    type: oneOf(['ReplaceFullPath', 'ReplacePrefixMatch']),
    replaceFullPath: text({ maxLength: 1024 }),
    replacePrefixMatch: text({ maxLength: 1024 }),
  },
  {
    required: ['type'],
    ...rules(
      ...(['replaceFullPath', 'replacePrefixMatch'] as const).flatMap((field) => {
        const type = `R${field.slice(1)}`;
        return [
          [
            `${field} must be specified when type is set to '${type}'`,
            `self.type == '${type}' ? has(self.${field}) : true`,
          ],
          [`type must be '${type}' when ${field} is set`, `has(self.${field}) ? self.type == '${type}' : true`],
        ] as const;
      }),
    ),
  },
);

const needsPort = rules([
  'Must have port for Service reference',
  "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
]);

const backendFields = { ...reference('', 'Service'), port: portNumber };

/** A type of filter, the field that it needs, and that field's schema. */
const filterTypes: readonly (readonly [type: string, field: string, schema: Schema])[] = [
  ['RequestHeaderModifier', 'requestHeaderModifier', headerFilter],
  ['ResponseHeaderModifier', 'responseHeaderModifier', headerFilter],
  [
    'RequestMirror',
    'requestMirror',
    object(
      {
        backendRef: object(backendFields, { required: ['name'], ...needsPort }),
        percent: whole(0, 100),
        fraction: object(
          { numerator: whole(0, 2 ** 31 - 1), denominator: whole(1, 2 ** 31 - 1, { default: 100 }) },
          {
            required: ['numerator'],
            ...rules(['numerator must be less than or equal to denominator', 'self.numerator <= self.denominator']),
          },
        ),
      },
      { required: ['backendRef'] },
    ),
  ],
  [
    'RequestRedirect',
    'requestRedirect',
    object({
      scheme: oneOf(['http', 'https']),
      hostname: preciseHostname,
      path: pathModifier,
      port: portNumber,
      statusCode: { type: 'integer', enum: [301, 302, 303, 307, 308], default: 302 },
    }),
  ],
  ['URLRewrite', 'urlRewrite', object({ hostname: preciseHostname, path: pathModifier })],
  ['ExtensionRef', 'extensionRef', object({ group, kind, name: objectName }, { required: ['group', 'kind', 'name'] })],
];

const filter = object(
  {
    type: oneOf(filterTypes.map(([type]) => type)),
    ...Object.fromEntries(filterTypes.map(([, field, schema]) => [field, schema])),
  },
  {
    required: ['type'],
    ...rules(
      ...filterTypes.flatMap(
        ([type, field]) =>
          [
            [
              `filter.${field} must be nil if the filter.type is not ${type}`,
              `!(has(self.${field}) && self.type != '${type}')`,
            ],
            [
              `filter.${field} must be specified for ${type} filter.type`,
              `!(!has(self.${field}) && self.type == '${type}')`,
            ],
          ] as const,
      ),
    ),
  },
);

const once = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite'];
const filters = list(filter, 16, {
  ...rules(
    [
      'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both',
      "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
    ],
    ...once.map(
      (type) => [`${type} filter cannot be repeated`, `self.filter(f, f.type == '${type}').size() <= 1`] as const,
    ),
  ),
});

const backendRef = object(
  { ...backendFields, weight: whole(0, 1_000_000, { default: 1 }), filters },
  { required: ['name'], ...needsPort },
);

const absolutePath = "self.type in ['Exact','PathPrefix']";
const forbiddenInPaths: readonly string[] = ['//', '/./', '/../', '%2f', '%2F', '#'];

const pathMatch = object(
  {
    type: oneOf(['Exact', 'PathPrefix', 'RegularExpression'], { default: 'PathPrefix' }),
    value: text({ maxLength: 1024, default: '/' }),
  },
  {
    default: { type: 'PathPrefix', value: '/' },
    ...rules(
      [
        "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
        `(${absolutePath}) ? self.value.startsWith('/') : true`,
      ],
      ...forbiddenInPaths.map(
        (part) =>
          [
            `must not contain '${part}' when type one of ['Exact', 'PathPrefix']`,
            `(${absolutePath}) ? !self.value.contains('${part}') : true`,
          ] as const,
      ),
      ...['/..', '/.'].map(
        (end) =>
          [
            `must not end with '${end}' when type one of ['Exact', 'PathPrefix']`,
            `(${absolutePath}) ? !self.value.endsWith('${end}') : true`,
          ] as const,
      ),
      [
        "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
        `(${absolutePath}) ? self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true`,
      ],
    ),
  },
);

const valueMatch = (maxLength: number) =>
  object(
    {
      type: oneOf(['Exact', 'RegularExpression'], { default: 'Exact' }),
      name: headerName,
      value: text({ minLength: 1, maxLength }),
    },
    { required: ['name', 'value'] },
  );

const match = object({
  path: pathMatch,
  headers: mapList('name', valueMatch(4096), 16),
  queryParams: mapList('name', valueMatch(1024), 16),
  method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']),
});

const duration = text({ pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' });

const anyPath = [{ path: { type: 'PathPrefix', value: '/' } }];

const onePrefix = (field: string) =>
  `(has(self.filters) && self.filters.exists_one(f, has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' && has(f.${field}.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true`;

const routeRule = object(
  {
    name: sectionName,
    matches: list(match, 64, { default: anyPath }),
    filters,
    backendRefs: list(backendRef, 16),
    timeouts: object(
      { request: duration, backendRequest: duration },
      rules([
        'backendRequest timeout cannot be longer than request timeout',
        "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
      ]),
    ),
  },
  rules(
    [
      'RequestRedirect filter must not be used together with backendRefs',
      '(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true',
    ],
    ...(
      [
        ['RequestRedirect', 'requestRedirect'],
        ['URLRewrite', 'urlRewrite'],
      ] as const
    ).map(
      ([type, field]) =>
        [
          `When using ${type} filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified`,
          onePrefix(field),
        ] as const,
    ),
  ),
);

const parentFields = { ...reference(gatewayGroup, 'Gateway'), sectionName, port: portNumber };

const sameParent =
  "p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__))";

const parentRefs = list(object(parentFields, { required: ['name'] }), 32, {
  ...rules(
    [
      'sectionName must be specified when parentRefs includes 2 or more references to the same parent',
      `self.all(p1, self.all(p2, ${sameParent} ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))`,
    ],
    [
      'sectionName must be unique when parentRefs includes 2 or more references to the same parent',
      `self.all(p1, self.exists_one(p2, ${sameParent} && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))`,
    ],
  ),
});

const parentStatus = object(
  {
    parentRef: object(parentFields, { required: ['name'] }),
    controllerName: text({ minLength: 1, maxLength: 253, pattern: controllerPattern }),
    conditions: { ...conditions(), minItems: 1 },
  },
  { required: ['conditions', 'controllerName', 'parentRef'] },
);

export const httpRouteDefinition = define({
  names: { kind: 'HTTPRoute', plural: 'httproutes' },
  scope: 'Namespaced',
  versions: ['v1', 'v1beta1'],
  columns: [{ name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' }, ageColumn],
  hasStatus: true,
  description: 'Rules that lead HTTP requests from gateways to services.',
  properties: {
    spec: object({
      parentRefs: described('The gateways, or listeners of them, that take the route.', parentRefs),
      hostnames: described('Names that requests are for; absent: those of the listeners.', list(hostname, 16)),
      rules: described(
        'What requests match, what is changed in them, and where they go.',
        list(routeRule, 16, { minItems: 1, default: [{ matches: anyPath }] }),
      ),
    }),
    status: object({ parents: list(parentStatus, 32) }, { required: ['parents'] }),
  },
});

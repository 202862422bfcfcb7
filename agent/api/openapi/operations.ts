/**
 * The operations that a kind's resources and subresources offer, as OpenAPI names them. Versions 2 and 3 are made of
 * these.
 */
import { type Kind, partsOf, type Representation } from '../kind.ts';
import { customPatchTypes, mediaType, patchTypes } from '../media-types.ts';
import type { GroupVersionKind } from '../schema/schema.ts';
import { listDefinitionOf } from './own-schemas.ts';

export type Action = 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection';

export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `x-kubernetes-action` */
  action: Action;
  path: string;
  operationId: string;
  description: string;
  /** Path parameters. */
  parameters: readonly ('name' | 'namespace')[];
  query: readonly string[];
  /** What a body may be written in. */
  bodyTypes: readonly string[];
  /** Definition of the body; absent where there is none. */
  body: string | undefined;
  /** Definition of the answer. */
  answer: string;
  target: GroupVersionKind;
}

const writeQuery = ['dryRun', 'fieldManager', 'fieldValidation'];
const listQuery = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const deleteQuery = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];

const metaTypes = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const statusDefinition = `${metaTypes}.Status`;
const scaleDefinition = 'io.k8s.api.autoscaling.v1.Scale';

const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const rootOf = ({ group, version }: Representation): string =>
  group ? `/apis/${group}/${version}` : `/api/${version}`;

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `coreV1`, `appsV1`, `discoveryV1` */
const prefixOf = ({ group, version }: Representation): string =>
  `${group === '' ? 'core' : (group.split('.')[0] ?? group)}${capitalized(version)}`;

interface Verb {
  verb: string;
  method: Operation['method'];
  action: Action;
  word: string;
  query: readonly string[];
  body: 'object' | 'patch' | 'deleteOptions' | undefined;
  answer: 'object' | 'list' | 'status';
  doing: string;
}

const collectionVerbs: readonly Verb[] = [
  {
    verb: 'list',
    method: 'get',
    action: 'list',
    word: 'list',
    query: listQuery,
    body: undefined,
    answer: 'list',
    doing: 'list or watch objects of kind',
  },
  {
    verb: 'create',
    method: 'post',
    action: 'post',
    word: 'create',
    query: writeQuery,
    body: 'object',
    answer: 'object',
    doing: 'create a',
  },
  {
    verb: 'deletecollection',
    method: 'delete',
    action: 'deletecollection',
    word: 'deleteCollection',
    query: [...listQuery, ...deleteQuery],
    body: 'deleteOptions',
    answer: 'status',
    doing: 'delete collection of',
  },
];
const itemVerbs: readonly Verb[] = [
  {
    verb: 'get',
    method: 'get',
    action: 'get',
    word: 'read',
    query: [],
    body: undefined,
    answer: 'object',
    doing: 'read the specified',
  },
  {
    verb: 'update',
    method: 'put',
    action: 'put',
    word: 'replace',
    query: writeQuery,
    body: 'object',
    answer: 'object',
    doing: 'replace the specified',
  },
  {
    verb: 'patch',
    method: 'patch',
    action: 'patch',
    word: 'patch',
    query: [...writeQuery, 'force'],
    body: 'patch',
    answer: 'object',
    doing: 'partially update the specified',
  },
  {
    verb: 'delete',
    method: 'delete',
    action: 'delete',
    word: 'delete',
    query: deleteQuery,
    body: 'deleteOptions',
    answer: 'status',
    doing: 'delete a',
  },
];

const bodies = { patch: `${metaTypes}.Patch`, deleteOptions: `${metaTypes}.DeleteOptions` };

const objectTypes = [mediaType.json, mediaType.yaml];
const patchTypesOf = ({ schema }: Representation) => (schema ? customPatchTypes : patchTypes);

interface Resource {
  representation: Representation;
  kind: Kind;
  path: string;
  parameters: Operation['parameters'];
  /** Of the objects that are read and written. */
  definition: string;
  target: GroupVersionKind;
  suffix: string;
}

function operation(verb: Verb, resource: Resource): Operation {
  const { representation, kind, definition } = resource;
  const scope = resource.parameters.includes('namespace') ? 'Namespaced' : '';
  const answer =
    verb.answer === 'list'
      ? listDefinitionOf(representation)
      : verb.answer === 'status'
        ? statusDefinition
        : definition;
  return {
    method: verb.method,
    action: verb.action,
    path: resource.path,
    operationId: `${verb.word}${capitalized(prefixOf(representation))}${scope}${kind.kind}${resource.suffix}`,
    description: `${verb.doing} ${kind.kind}`,
    parameters: resource.parameters,
    query: ['pretty', ...verb.query],
    bodyTypes: verb.action === 'patch' ? patchTypesOf(representation) : objectTypes,
    body: verb.body === undefined ? undefined : verb.body === 'object' ? definition : bodies[verb.body],
    answer,
    target: resource.target,
  };
}

/** Everything under a kind's path in one of its versions. */
export function operationsOf(kind: Kind, representation: Representation): Operation[] {
  const verbs = kind.verbs ?? all;
  const root = rootOf(representation);
  const collection = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
  const { group, version, definition } = representation;
  const target = { group, version, kind: kind.kind };
  const scope: Operation['parameters'] = kind.namespaced ? ['namespace'] : [];
  const base = { representation, kind, definition, target, suffix: '' };
  const item = { ...base, path: `${collection}/{name}`, parameters: ['name', ...scope] as const };
  const allowed = ({ verb }: Verb) => verbs.includes(verb);
  const everywhere = { ...base, path: `${root}/${kind.plural}`, parameters: [], suffix: 'ForAllNamespaces' };
  const { status, scale } = partsOf(kind, representation);
  const parts: Resource[] = [
    ...(status ? [{ ...item, path: `${item.path}/status`, suffix: 'Status' }] : []),
    ...(scale
      ? [
          {
            ...item,
            path: `${item.path}/scale`,
            suffix: 'Scale',
            definition: scaleDefinition,
            target: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          },
        ]
      : []),
  ];
  const partVerbs = itemVerbs.filter(({ verb }) => verb !== 'delete');
  return [
    ...collectionVerbs.filter(allowed).map((verb) => operation(verb, { ...base, path: collection, parameters: scope })),
    ...itemVerbs.filter(allowed).map((verb) => operation(verb, item)),
    ...parts.flatMap((part) => partVerbs.map((verb) => operation(verb, part))),
    ...(kind.namespaced
      ? collectionVerbs.filter(({ verb }) => verb === 'list').map((verb) => operation(verb, everywhere))
      : []),
  ];
}

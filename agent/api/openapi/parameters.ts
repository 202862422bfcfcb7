/**
 * The query parameters of the API.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-parameters/common-parameters/
 */

type ParameterType = 'string' | 'integer' | 'boolean';

const known: Record<string, { type: ParameterType; description: string }> = {
  allowWatchBookmarks: {
    type: 'boolean',
    description: 'allowWatchBookmarks requests watch events with type "BOOKMARK".',
  },
  continue: {
    type: 'string',
    description: 'The continue option should be set when retrieving more results from the server.',
  },
  dryRun: {
    type: 'string',
    description:
      'When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be processed',
  },
  fieldManager: {
    type: 'string',
    description: 'fieldManager is a name associated with the actor or entity that is making these changes.',
  },
  fieldSelector: {
    type: 'string',
    description: 'A selector to restrict the list of returned objects by their fields. Defaults to everything.',
  },
  fieldValidation: {
    type: 'string',
    description:
      'fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. Valid values are: Ignore, Warn, Strict.',
  },
  force: { type: 'boolean', description: 'Force is going to "force" Apply requests.' },
  gracePeriodSeconds: {
    type: 'integer',
    description: 'The duration in seconds before the object should be deleted. Value must be non-negative integer.',
  },
  labelSelector: {
    type: 'string',
    description: 'A selector to restrict the list of returned objects by their labels. Defaults to everything.',
  },
  limit: { type: 'integer', description: 'limit is a maximum number of responses to return for a list call.' },
  orphanDependents: { type: 'boolean', description: 'Deprecated: please use the PropagationPolicy.' },
  pretty: { type: 'string', description: "If 'true', then the output is pretty printed." },
  propagationPolicy: {
    type: 'string',
    description: 'Whether and how garbage collection will be performed: Orphan, Background or Foreground.',
  },
  resourceVersion: {
    type: 'string',
    description: 'resourceVersion sets a constraint on what resource versions a request may be served from.',
  },
  resourceVersionMatch: {
    type: 'string',
    description: 'resourceVersionMatch determines how resourceVersion is applied to list calls.',
  },
  sendInitialEvents: {
    type: 'boolean',
    description: '`sendInitialEvents=true` may be set together with `watch=true`.',
  },
  timeoutSeconds: {
    type: 'integer',
    description: 'Timeout for the list/watch call. This limits the duration of the call, regardless of any activity.',
  },
  watch: { type: 'boolean', description: 'Watch for changes to the described resources and return them as a stream.' },
};

export function queryParameter(name: string) {
  const { type, description } = known[name] ?? { type: 'string', description: '' };
  return { name, in: 'query' as const, description, schema: { type, uniqueItems: true } };
}

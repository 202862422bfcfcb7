/** Rows of the table: metadata, which every kind has. */
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const configMap = (metadata: Json): Json => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
const lease = (spec: Json, metadata: Json = {}): Json => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
  spec,
});
const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1' };
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const namePart =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const entry = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } };
const shownOwner = '{"apiVersion":"v1","kind":"Event","name":"p","uid":"1"}';
const immutable = 'field is immutable';

export const metadataRows: readonly Row[] = [
  {
    by: 'ValidateObjectMetaAccessor',
    of: configMap({ name: '' }),
    is: ['metadata.name: Required value: name or generateName is required'],
  },
  {
    by: 'NameIsDNSSubdomain',
    of: configMap({ name: 'a', generateName: 'A.b-' }),
    is: [`metadata.generateName: Invalid value: "A.b-": ${subdomain}`],
  },
  {
    by: 'ValidateNamespaceName',
    of: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a_b' } },
    is: [`metadata.name: Invalid value: "a_b": ${label}`],
  },
  {
    by: 'ValidateLabelName',
    of: configMap({ labels: { 'a b': 'c' } }),
    is: [`metadata.labels: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'ValidateLabels',
    of: configMap({ labels: { a: 'b c' } }),
    is: [`metadata.labels: Invalid value: "b c": ${labelValue}`],
  },
  {
    by: 'ValidateAnnotations',
    of: configMap({ annotations: { 'a b': 'c' } }),
    is: [`metadata.annotations: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'ValidateAnnotationsSize',
    of: configMap({ annotations: { a: 'é'.repeat(128 * 1024) } }),
    is: ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  },
  {
    by: 'validateOwnerReference',
    of: configMap({ ownerReferences: [{ ...owner, apiVersion: 'a/b/c', uid: '' }] }),
    is: [
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
  },
  {
    by: 'validateOwnerReference',
    of: configMap({ ownerReferences: [{ ...owner, kind: 'Event' }] }),
    is: [`metadata.ownerReferences: Invalid value: ${shownOwner}: /v1, Kind=Event is disallowed from being an owner`],
  },
  {
    by: 'ValidateFinalizerName',
    of: configMap({ finalizers: ['a/b c'] }),
    is: [`metadata.finalizers: Invalid value: "a/b c": ${namePart}`],
  },
  {
    by: 'ValidateFinalizers',
    of: configMap({ finalizers: ['orphan', 'foregroundDeletion'] }),
    is: [
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
  },
  {
    by: 'validateKubeFinalizerName',
    of: configMap({}),
    change: { metadata: { finalizers: ['mine'] } },
    is: [
      'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
  },
  {
    by: 'ValidateFieldManager',
    of: configMap({}),
    change: { metadata: { managedFields: [{ ...entry, manager: 'é'.repeat(65) }] } },
    is: ['metadata.managedFields[0].manager: Too long: may not be more than 128 bytes'],
  },
  {
    by: 'ValidateFieldManager',
    of: configMap({}),
    change: { metadata: { managedFields: [{ ...entry, manager: 'é\u0007' }] } },
    is: ['metadata.managedFields[0].manager: Invalid value: "é\\a": invalid character U+0007 (at position 2)'],
  },
  {
    by: 'ValidateManagedFields',
    of: configMap({}),
    change: { metadata: { managedFields: [{ ...entry, manager: 'a', subresource: 's'.repeat(257) }] } },
    is: ['metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes'],
  },
  {
    by: 'ValidateObjectMetaAccessorUpdate',
    of: configMap({}),
    change: { metadata: { deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 5 } },
    is: [
      `metadata.deletionTimestamp: Invalid value: "2026-01-02T03:04:05Z": ${immutable}`,
      `metadata.deletionGracePeriodSeconds: Invalid value: 5: ${immutable}`,
    ],
  },
  {
    by: 'ValidateLeaseSpec',
    of: lease({ leaseDurationSeconds: 0, leaseTransitions: -1 }, { finalizers: ['mine'] }),
    is: [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  },
  {
    by: 'ValidateServiceAccount',
    of: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'A' } },
    is: [`metadata.name: Invalid value: "A": ${subdomain}`],
  },
];

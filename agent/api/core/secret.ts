import { ageColumn, column, nameColumn } from '../columns.ts';
import { immutable, invalid, required } from '../field-errors.ts';
import { readMap } from '../json/go-document.ts';
import type { FieldError, Kind } from '../kind.ts';
import { own } from '../own.ts';
import type { Secret } from '../types.ts';
import { validateImmutable, validateSecretData } from '../validation/data.ts';

const tokenType = 'kubernetes.io/service-account-token';
const accountName = 'kubernetes.io/service-account.name';

/** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const requiredKeys: Record<string, string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** Kept as JSON: the registries' credentials. */
const documents: Record<string, string> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

function validateDocument({ type, data }: Secret): FieldError[] {
  const key = own(documents, type ?? '');
  const content = key === undefined ? undefined : data?.[key];
  const problem = content === undefined ? undefined : readMap(atob(content), 'map[string]interface {}').problem;
  return problem === undefined ? [] : [invalid(`data[${key}]`, '<secret contents redacted>', problem)];
}

const isMissing = ({ data }: Secret, key: string): boolean =>
  key === 'ssh-privatekey' ? !data?.[key] : data?.[key] === undefined;

function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

export const secrets: Kind<Secret> = {
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  categories: [],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Secret' }],
  hasStatus: false,
  hasGeneration: false,
  columns: [
    nameColumn,
    column('Type', 'Used to facilitate programmatic handling of secret data.', ({ type }) => type ?? ''),
    column('Data', 'Data contains the secret data.', ({ data }) => Object.keys(data ?? {}).length, { type: 'integer' }),
    ageColumn,
  ],
  fieldSelectors: { type: (secret) => secret.type ?? '' },
  default(secret) {
    secret.type ||= 'Opaque';
    if (!secret.stringData) return;
    const encoded = Object.entries(secret.stringData).map(([key, value]) => [key, encodeBase64(value)]);
    secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  },
  validate: (secret, old) => [
    ...(old && old.type !== secret.type ? [invalid('type', secret.type, immutable)] : []),
    ...(old ? validateImmutable(secret, old, ['data']) : []),
    ...validateSecretData(secret.data),
    ...(own(requiredKeys, secret.type ?? '') ?? [])
      .filter((key) => isMissing(secret, key))
      .map((key) => required(`data[${key}]`)),
    ...validateDocument(secret),
    ...(secret.type === 'kubernetes.io/basic-auth' &&
    secret.data?.username === undefined &&
    secret.data?.password === undefined
      ? [required('data[username]'), required('data[password]')]
      : []),
    ...(secret.type === tokenType && !secret.metadata.annotations?.[accountName]
      ? [required(`metadata.annotations[${accountName}]`)]
      : []),
  ],
};

import { FileSliders, Fingerprint, FolderTree, KeyRound, Lock } from 'lucide-react';
import { leases } from '../../../agent/api/coordination/lease.ts';
import { configMaps } from '../../../agent/api/core/config-map.ts';
import { namespaces } from '../../../agent/api/core/namespace.ts';
import { secrets } from '../../../agent/api/core/secret.ts';
import { serviceAccounts } from '../../../agent/api/core/service-account.ts';
import type { ConfigMap, Lease, Namespace, Secret, ServiceAccount } from '../../../agent/api/types.ts';
import { deploymentRef, limitRangeRef, podRef, replicaSetRef, resourceQuotaRef, serviceRef } from '../../data/refs.ts';
import { StatusPill, type Tone } from '../../ui/controls.tsx';
import { common } from '../actions.tsx';
import { ageColumn, derivedColumns, labelsColumn, nameColumn, namespaceColumn } from '../columns.tsx';
import { describeConfigMap, describeSecret } from '../describe/config.ts';
import { describeNamespace } from '../describe/namespace.ts';
import { CreateConfigMap, CreateSecret } from '../forms/create/create-data.tsx';
import { DataOverview, NamespaceOverview } from '../overviews/data-overview.tsx';
import { LeaseOverview } from '../overviews/lease-overview.tsx';
import { ServiceAccountOverview } from '../overviews/service-account-overview.tsx';
import { ofKind, type ResourceView } from '../view.ts';

const keys = (...groups: (Record<string, unknown> | undefined)[]): string[] =>
  groups.flatMap((group) => Object.keys(group ?? {}));

/** Of objects that nothing happens to: they have no state and need no others to be shown. */
const still = {
  actions: common,
  needs: [],
  tone: (): Tone => 'ok',
  tabs: ['overview', 'yaml', 'events', 'related', 'describe'],
} as const;

const missed = 'Pods that are started from now on and refer to it do not start.';

export const configMapsView: ResourceView<ConfigMap> = {
  ...ofKind(configMaps),
  title: 'ConfigMaps',
  icon: FileSliders,
  columns: [
    nameColumn,
    namespaceColumn,
    { id: 'data', title: 'Data', width: 64, value: (map) => keys(map.data, map.binaryData).length },
    {
      id: 'keys',
      title: 'Keys',
      width: 160,
      grow: 2,
      mono: true,
      value: (map) => keys(map.data, map.binaryData).join(', '),
    },
    labelsColumn,
    ageColumn,
  ],
  ...still,
  deletion: { consequence: missed, takes: [] },
  create: CreateConfigMap,
  overview: (map) => <DataOverview text={map.data ?? {}} encoded={map.binaryData ?? {}} />,
  describe: { needs: [], text: describeConfigMap },
  about: 'Config maps hold configuration that pods read as environment variables or files.',
};

export const secretsView: ResourceView<Secret> = {
  ...ofKind(secrets),
  title: 'Secrets',
  icon: KeyRound,
  columns: [
    nameColumn,
    namespaceColumn,
    { id: 'type', title: 'Type', width: 180, grow: 1, value: (secret) => secret.type ?? 'Opaque' },
    { id: 'data', title: 'Data', width: 64, value: (secret) => keys(secret.data).length },
    { id: 'keys', title: 'Keys', width: 140, grow: 1.4, mono: true, value: (secret) => keys(secret.data).join(', ') },
    labelsColumn,
    ageColumn,
  ],
  ...still,
  deletion: { consequence: missed, takes: [] },
  create: CreateSecret,
  conceals: ['data'],
  overview: (secret) => <DataOverview text={{}} encoded={secret.data ?? {}} concealed />,
  describe: { needs: [], text: describeSecret },
  about: 'Secrets hold passwords, tokens and keys that pods read as environment variables or files.',
};

const phase = ({ status }: Namespace): string => status?.phase ?? 'Active';

export const namespacesView: ResourceView<Namespace> = {
  ...ofKind(namespaces),
  title: 'Namespaces',
  icon: FolderTree,
  columns: [
    nameColumn,
    {
      id: 'status',
      title: 'Status',
      width: 140,
      grow: 1,
      value: phase,
      cell: (namespace) => (
        <StatusPill tone={phase(namespace) === 'Active' ? 'ok' : 'busy'}>{phase(namespace)}</StatusPill>
      ),
    },
    { ...labelsColumn, hidden: false, grow: 3, mono: true },
    ageColumn,
  ],
  ...still,
  tone: (namespace) => (phase(namespace) === 'Active' ? 'ok' : 'busy'),
  status: phase,
  related: [],
  deletion: {
    consequence: 'Everything in the namespace is deleted with it.',
    takes: [deploymentRef, replicaSetRef, podRef, serviceRef],
    empties: ({ metadata }) => metadata.name,
  },
  overview: (namespace) => <NamespaceOverview name={namespace.metadata.name} />,
  describe: { needs: [resourceQuotaRef, limitRangeRef], text: describeNamespace },
  about: 'Namespaces divide a cluster: names have to be unique only within one.',
};

export const leasesView: ResourceView<Lease> = {
  ...ofKind(leases),
  title: 'Leases',
  icon: Lock,
  columns: derivedColumns(leases),
  ...still,
  overview: (lease) => <LeaseOverview lease={lease} />,
  about: 'Leases tell which node or component was there last.',
};

export const serviceAccountsView: ResourceView<ServiceAccount> = {
  ...ofKind(serviceAccounts),
  title: 'ServiceAccounts',
  icon: Fingerprint,
  columns: derivedColumns(serviceAccounts),
  ...still,
  overview: (account) => <ServiceAccountOverview account={account} />,
  about: 'Service accounts are the identities that pods use against the API.',
};

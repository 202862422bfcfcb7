/**
 * What a cluster has from its first moment on. Nobody may change the mandatory ones; suggestions are for the
 * administrator to change. Both come back when somebody deletes them.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/apis/flowcontrol/bootstrap/default.go
 */
import type { flowcontrol } from '../types.ts';

type Level = flowcontrol.PriorityLevelConfigurationSpec;
type Schema = flowcontrol.FlowSchemaSpec;
type Rules = flowcontrol.PolicyRulesWithSubjects;
type Subject = flowcontrol.Subject;

/** An object of either kind, by what it is called. */
export interface BuiltIn<Spec> {
  name: string;
  spec: Spec;
}

/** The server keeps what has this annotation as it is here. */
export const autoUpdateAnnotation = 'apf.kubernetes.io/autoupdate-spec';

interface Shares {
  shares: number;
  /** Percent of them that others may use while they are idle. */
  lendable: number;
  queues: number;
  hand: number;
}

const queued = (name: string, { shares, lendable, queues, hand }: Shares): BuiltIn<Level> => ({
  name,
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      lendablePercent: lendable,
      limitResponse: { type: 'Queue', queuing: { queues, handSize: hand, queueLengthLimit: 50 } },
    },
  },
});

export const mandatoryLevels: readonly BuiltIn<Level>[] = [
  {
    name: 'catch-all',
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
    },
  },
  { name: 'exempt', spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } },
];

export const suggestedLevels: readonly BuiltIn<Level>[] = [
  queued('system', { shares: 30, lendable: 33, queues: 64, hand: 6 }),
  queued('node-high', { shares: 40, lendable: 25, queues: 64, hand: 6 }),
  queued('leader-election', { shares: 10, lendable: 0, queues: 16, hand: 4 }),
  queued('workload-high', { shares: 40, lendable: 50, queues: 128, hand: 6 }),
  queued('workload-low', { shares: 100, lendable: 90, queues: 128, hand: 6 }),
  queued('global-default', { shares: 20, lendable: 50, queues: 128, hand: 6 }),
];

const groups = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'Group', group: { name } }));
const users = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'User', user: { name } }));
const systemAccounts: Subject = {
  kind: 'ServiceAccount',
  serviceAccount: { name: '*', namespace: 'kube-system' },
};

const everyone = groups('system:unauthenticated', 'system:authenticated');
const nodes = groups('system:nodes');

interface Resources {
  verbs?: string[];
  group: string;
  resources: string[];
  clusterScope: boolean;
}

const resources = ({ verbs = ['*'], group, resources: named, clusterScope }: Resources) => ({
  verbs,
  apiGroups: [group],
  resources: named,
  namespaces: ['*'],
  ...(clusterScope ? { clusterScope } : {}),
});

const everything = (subjects: Subject[]): Rules => ({
  subjects,
  resourceRules: [resources({ group: '*', resources: ['*'], clusterScope: true })],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

const leases = (verbs?: string[]) =>
  resources({
    ...(verbs ? { verbs } : {}),
    group: 'coordination.k8s.io',
    resources: ['leases'],
    clusterScope: false,
  });

interface Match {
  level: string;
  precedence: number;
  by?: 'ByUser' | 'ByNamespace';
}

const schema = (name: string, { level, precedence, by }: Match, rules: Rules): BuiltIn<Schema> => ({
  name,
  spec: {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence: precedence,
    ...(by ? { distinguisherMethod: { type: by } } : {}),
    rules: [rules],
  },
});

export const mandatorySchemas: readonly BuiltIn<Schema>[] = [
  schema('exempt', { level: 'exempt', precedence: 1 }, everything(groups('system:masters'))),
  schema('catch-all', { level: 'catch-all', precedence: 10_000, by: 'ByUser' }, everything(everyone)),
];

const controllerManager = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';

export const suggestedSchemas: readonly BuiltIn<Schema>[] = [
  schema('system-nodes', { level: 'system', precedence: 500, by: 'ByUser' }, everything(nodes)),
  schema(
    'system-node-high',
    { level: 'node-high', precedence: 400, by: 'ByUser' },
    {
      subjects: nodes,
      resourceRules: [resources({ group: '', resources: ['nodes', 'nodes/status'], clusterScope: true }), leases()],
    },
  ),
  schema(
    'probes',
    { level: 'exempt', precedence: 2 },
    { subjects: everyone, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] },
  ),
  schema(
    'system-leader-election',
    { level: 'leader-election', precedence: 100, by: 'ByUser' },
    {
      subjects: [...users(controllerManager, scheduler), systemAccounts],
      resourceRules: [leases(['get', 'create', 'update'])],
    },
  ),
  schema(
    'kube-controller-manager',
    { level: 'workload-high', precedence: 800, by: 'ByNamespace' },
    everything(users(controllerManager)),
  ),
  schema(
    'kube-scheduler',
    { level: 'workload-high', precedence: 800, by: 'ByNamespace' },
    everything(users(scheduler)),
  ),
  schema(
    'kube-system-service-accounts',
    { level: 'workload-high', precedence: 900, by: 'ByNamespace' },
    everything([systemAccounts]),
  ),
  schema(
    'service-accounts',
    { level: 'workload-low', precedence: 9000, by: 'ByUser' },
    everything(groups('system:serviceaccounts')),
  ),
  schema('global-default', { level: 'global-default', precedence: 9900, by: 'ByUser' }, everything(everyone)),
];

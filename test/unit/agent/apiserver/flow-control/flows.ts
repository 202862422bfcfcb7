/** Flow control over objects that a test gives, and requests to ask it about. */
import {
  mandatoryLevels,
  mandatorySchemas,
  suggestedLevels,
  suggestedSchemas,
} from '../../../../../agent/api/flowcontrol/built-in.ts';
import type { FlowSchema, flowcontrol, PriorityLevelConfiguration } from '../../../../../agent/api/types.ts';
import { createFlowControl, type FlowControl } from '../../../../../agent/apiserver/flow-control/flow-control.ts';
import type { Leave } from '../../../../../agent/apiserver/flow-control/level.ts';
import { parseRequest, type RequestInfo } from '../../../../../agent/apiserver/request-info.ts';
import type { UserInfo } from '../../../../../agent/apiserver/user.ts';
import { createMetricsRegistry, type MetricsRegistry } from '../../../../../agent/metrics/registry.ts';
import { createFakeClock, type FakeClock } from '../../../../fakes/clock.ts';

const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' });

export const level = (name: string, spec: flowcontrol.PriorityLevelConfigurationSpec): PriorityLevelConfiguration => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'PriorityLevelConfiguration',
  metadata: metadata(name),
  spec,
});

export const schema = (name: string, spec: flowcontrol.FlowSchemaSpec): FlowSchema => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  metadata: metadata(name),
  spec,
});

/** Without borrowing, and without a queue. */
export const limited = (
  limits: flowcontrol.LimitedPriorityLevelConfiguration,
): flowcontrol.PriorityLevelConfigurationSpec => ({
  type: 'Limited',
  limited: { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' }, ...limits },
});
const everyone = [
  {
    subjects: [{ kind: 'Group', group: { name: '*' } }],
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
  },
];
/** Of one user, `by` what their requests are told apart. */
export const flowTo = (name: string, user: string, by?: string) =>
  schema(`of-${user}`, {
    priorityLevelConfiguration: { name },
    matchingPrecedence: 100,
    ...(by ? { distinguisherMethod: { type: by } } : {}),
    rules: [{ ...everyone[0], subjects: [{ kind: 'User', user: { name: user } }] }],
  });

export const builtInLevels = [...mandatoryLevels, ...suggestedLevels].map(({ name, spec }) => level(name, spec));
export const builtInSchemas = [...mandatorySchemas, ...suggestedSchemas].map(({ name, spec }) => schema(name, spec));

export const ask = (username: string, groups: readonly string[], method: 'GET' | 'POST', url: string): RequestInfo => {
  const { pathname, searchParams: query } = new URL(url, 'https://api');
  const user: UserInfo = { username, groups };
  return parseRequest({ user, method, pathname, query }).info;
};

export interface Flows {
  control: FlowControl;
  clock: FakeClock;
  metrics: MetricsRegistry;
  levels: PriorityLevelConfiguration[];
  schemas: FlowSchema[];
  /** Tells that the objects have changed. */
  changed(): void;
  /** Asks for a seat for that user; the reason where it is refused. */
  enter(user: string, gone?: AbortSignal): Promise<Leave>;
}

export function startFlows(
  seats: number,
  levels: PriorityLevelConfiguration[] = builtInLevels,
  schemas: FlowSchema[] = builtInSchemas,
): Flows {
  const clock = createFakeClock();
  const metrics = createMetricsRegistry();
  const listeners: (() => void)[] = [];
  const flows: Flows = {
    clock,
    metrics,
    levels,
    schemas,
    changed: () => {
      for (const listener of listeners) listener();
    },
    control: createFlowControl({
      objects: {
        levels: () => flows.levels,
        schemas: () => flows.schemas,
        onChange: (listener) => listeners.push(listener),
      },
      clock,
      seats,
      metrics,
    }),
    enter: async (user, gone = new AbortController().signal) => {
      const info = ask(user, ['system:authenticated'], 'GET', '/api/v1/namespaces/default/pods');
      const found = flows.control.classify(info);
      if (!found) throw new Error('no schema is about it');
      return flows.control.admit(found, info, () => gone);
    },
  };
  return flows;
}

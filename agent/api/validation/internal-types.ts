/**
 * Upstream validates its internal types, which have no JSON names: a refused value is shown with Go's names of the
 * fields, in the order of the type, and with those that are not set.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/types.go, pkg/apis/apps/types.go and
 * pkg/apis/rbac/types.go
 */
import type { apps, core, rbac } from '../types.ts';

export const internalTaint = ({ key = '', value = '', effect = '', timeAdded }: Partial<core.Taint>) => ({
  Key: key,
  Value: value,
  Effect: effect,
  TimeAdded: timeAdded ?? null,
});

/** Of two ports that are the same upstream shows what makes them so. */
export const internalPortKey = ({ protocol = '', port }: Partial<core.ServicePort>) => ({
  Name: '',
  Protocol: protocol,
  AppProtocol: null,
  Port: port ?? 0,
  TargetPort: 0,
  NodePort: 0,
});

type Address = NonNullable<core.NodeStatus['addresses']>[number];
export const internalNodeAddress = ({ type, address }: Address) => ({ Type: type, Address: address });

/** Of a configuration that names no source. */
export const internalConfigSource = { ConfigMap: null };

export const internalStrategy = ({ type = '', rollingUpdate }: apps.DeploymentStrategy) => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
    : null,
});

type StatefulStrategy = NonNullable<apps.StatefulSetSpec['updateStrategy']>;

export const internalStatefulStrategy = ({ type = '', rollingUpdate }: StatefulStrategy) => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null }
    : null,
});

type DaemonStrategy = NonNullable<apps.DaemonSetSpec['updateStrategy']>;

export const internalDaemonStrategy = ({ type = '', rollingUpdate }: DaemonStrategy) => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
    : null,
});

export const internalReference = (reference: Partial<core.ObjectReference>) => ({
  Kind: reference.kind ?? '',
  Namespace: reference.namespace ?? '',
  Name: reference.name ?? '',
  UID: reference.uid ?? '',
  APIVersion: reference.apiVersion ?? '',
  ResourceVersion: reference.resourceVersion ?? '',
  FieldPath: reference.fieldPath ?? '',
});

export const internalEventSource = ({ component = '', host = '' }: { component?: string; host?: string }) => ({
  Component: component,
  Host: host,
});

export const internalRoleRef = ({ apiGroup = '', kind, name }: rbac.RoleRef) => ({
  APIGroup: apiGroup,
  Kind: kind,
  Name: name,
});
type VolumeAffinity = core.PersistentVolumeSpec['nodeAffinity'];

const internalRequirements = (requirements: core.NodeSelectorTerm['matchExpressions']) =>
  requirements?.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) ?? null;

/** Of a volume; null where it says nothing. */
export const internalNodeAffinity = (affinity: VolumeAffinity) =>
  affinity
    ? {
        Required: affinity.required
          ? {
              NodeSelectorTerms: affinity.required.nodeSelectorTerms.map(({ matchExpressions, matchFields }) => ({
                MatchExpressions: internalRequirements(matchExpressions),
                MatchFields: internalRequirements(matchFields),
              })),
            }
          : null,
      }
    : null;

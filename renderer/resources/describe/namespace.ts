/** Namespaces as `kubectl describe` words them, with what limits their pods. */
import type { core, LimitRange, Namespace, ResourceQuota } from '../../../agent/api/types.ts';
import { limitRangeRef, resourceQuotaRef } from '../../data/refs.ts';
import { listed } from '../view.ts';
import { type DescribeScene, described, writeAnnotations, writeLabels } from './common.ts';
import type { TabWriter } from './tab-writer.ts';

type Amounts = Readonly<Record<string, string>>;

const amountsOf = (amounts: unknown): Amounts => (amounts ?? {}) as Amounts;
const byName = <T extends { metadata: { name: string } }>(objects: readonly T[]): T[] =>
  [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

/** What kubectl says of a scope; of others it says nothing. */
const scopeHelp: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

function writeQuota(out: TabWriter, { metadata, spec, status }: ResourceQuota): void {
  out.line(1, 'Name:', metadata.name);
  const scopes = [...(spec.scopes ?? [])].sort();
  if (scopes.length > 0) out.line(1, 'Scopes:', scopes.join(', '));
  for (const scope of scopes) if (Object.hasOwn(scopeHelp, scope)) out.line(1, `* ${scopeHelp[scope]}`);
  out.line(1, 'Resource', 'Used', 'Hard');
  out.line(1, '--------', '---', '---');
  const used = amountsOf(status?.used);
  const hard = Object.entries(amountsOf(status?.hard)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [resource, most] of hard) out.line(1, resource, used[resource] ?? '0', most);
}

function writeQuotas(out: TabWriter, quotas: readonly ResourceQuota[]): void {
  out.line(0, quotas.length > 0 ? 'Resource Quotas' : 'No resource quota.');
  for (const quota of byName(quotas)) writeQuota(out, quota);
}

const parts = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'] as const;

function writeLimit(out: TabWriter, limit: core.LimitRangeItem): void {
  const amounts = parts.map((part) => amountsOf(limit[part]));
  const resources = new Set(amounts.flatMap((each) => Object.keys(each)));
  for (const resource of [...resources].sort()) {
    out.line(0, ` ${limit.type}`, resource, ...amounts.map((each) => each[resource] ?? '-'));
  }
}

function writeLimits(out: TabWriter, ranges: readonly LimitRange[]): void {
  if (ranges.length === 0) {
    out.line(0, 'No LimitRange resource.');
    return;
  }
  const titles = ['Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio'];
  const rules = ['----', '--------', '---', '---', '---------------', '-------------', '-----------------------'];
  out.line(0, 'Resource Limits');
  for (const [first, ...others] of [titles, rules]) out.line(0, ` ${first}`, ...others);
  for (const { spec } of byName(ranges)) for (const limit of spec.limits ?? []) writeLimit(out, limit);
}

function writeConditions(out: TabWriter, { status }: Namespace): void {
  if (!status?.conditions?.length) return;
  out.write(0, 'Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n');
  out.line(1, '----', '------', '------------------', '------', '-------');
  for (const { type, status: value, lastTransitionTime = '', reason = '', message = '' } of status.conditions)
    out.line(1, type, value, lastTransitionTime, reason, message);
}

export const describeNamespace = (namespace: Namespace, scene: DescribeScene): string =>
  described((out) => {
    const { metadata, status } = namespace;
    const isInside = ({ metadata: { namespace: place } }: ResourceQuota | LimitRange) => place === metadata.name;
    out.line(0, 'Name:', metadata.name);
    writeLabels(out, 'Labels', metadata.labels);
    writeAnnotations(out, 'Annotations', metadata.annotations);
    out.line(0, 'Status:', status?.phase ?? '');
    writeConditions(out, namespace);
    out.write(0, '\n');
    writeQuotas(out, listed<ResourceQuota>(scene, resourceQuotaRef).filter(isInside));
    out.write(0, '\n');
    writeLimits(out, listed<LimitRange>(scene, limitRangeRef).filter(isInside));
  });

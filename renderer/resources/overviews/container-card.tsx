/** One container of a pod: what it is, how it fares, what it was told. */

import { ScrollText, SquareTerminal } from 'lucide-react';
import type { core, Pod } from '../../../agent/api/types.ts';
import { openTab } from '../../data/dock.ts';
import { configMapRef as configMaps, podRef, secretRef as secrets } from '../../data/refs.ts';
import { useRoute } from '../../data/route.ts';
import { Badge, IconButton, StatusPill, type Tone } from '../../ui/controls.tsx';
import { openShell, showLogs } from '../actions.tsx';
import { Age, ObjectLink } from '../columns.tsx';
import { reasonOf } from '../demands.ts';
import type { Action } from '../view.ts';
import { Copyable } from './copyable.tsx';
import { Fact, Facts } from './facts.tsx';

function stateOf(status: core.ContainerStatus | undefined): { tone: Tone; text: string; detail?: string } {
  const { running, waiting, terminated } = status?.state ?? {};
  if (running) return { tone: status?.ready ? 'ok' : 'warn', text: status?.ready ? 'Running' : 'Running, not ready' };
  if (terminated) {
    const text = `${terminated.reason ?? 'Terminated'} (exit code ${terminated.exitCode})`;
    return { tone: terminated.exitCode === 0 ? 'idle' : 'bad', text, detail: terminated.message };
  }
  const reason = waiting?.reason ?? 'Waiting';
  return { tone: /BackOff|Err|Invalid/.test(reason) ? 'bad' : 'busy', text: reason, detail: waiting?.message };
}

export function probeText(probe: core.Probe | undefined): string | undefined {
  if (!probe) return undefined;
  const { httpGet, tcpSocket, exec, grpc, initialDelaySeconds: delay } = probe;
  const what = httpGet
    ? `http :${httpGet.port}${httpGet.path ?? '/'}`
    : tcpSocket
      ? `tcp :${tcpSocket.port}`
      : grpc
        ? `grpc :${grpc.port}`
        : `exec ${exec?.command?.join(' ') ?? ''}`;
  const rhythm = `every ${probe.periodSeconds ?? 10} s · timeout ${probe.timeoutSeconds ?? 1} s`;
  return `${what} · ${delay ? `after ${delay} s · ` : ''}${rhythm} · ${probe.failureThreshold ?? 3} failures`;
}

const resourceText = (resources: core.ResourceRequirements | undefined, kind: 'requests' | 'limits') =>
  Object.entries(resources?.[kind] ?? {})
    .map(([name, quantity]) => `${name} ${quantity}`)
    .join(', ');

interface ContainerCardProps {
  pod: Pod;
  container: core.Container;
  status: core.ContainerStatus | undefined;
  init?: boolean;
}

export function ContainerCard({ pod, container, status, init }: ContainerCardProps) {
  const { context } = useRoute();
  const { name, namespace = '' } = pod.metadata;
  const { tone, text, detail } = stateOf(status);
  const reasonAgainst = ({ asks }: Action<Pod>) => reasonOf(context, { ref: podRef }, asks, [pod]);
  const target = { type: 'pod', context, namespace, pod: name, container: container.name } as const;
  return (
    <div className="card">
      <div className="card-head">
        <StatusPill tone={tone}>
          <strong>{container.name}</strong>
        </StatusPill>
        {init ? <Badge>{container.restartPolicy === 'Always' ? 'sidecar' : 'init'}</Badge> : null}
        <span className={`truncate ${tone === 'bad' ? 'tone-bad' : 'muted'}`}>{text}</span>
        <span className="spacer" />
        <IconButton
          label={`Logs of ${container.name}`}
          size="small"
          reason={reasonAgainst(showLogs)}
          onClick={() => openTab({ ...target, type: 'logs', title: `${name} · ${container.name}` })}
        >
          <ScrollText size={14} />
        </IconButton>
        <IconButton
          label={`Shell in ${container.name}`}
          size="small"
          disabled={!status?.state?.running}
          reason={reasonAgainst(openShell)}
          onClick={() => openTab({ type: 'shell', title: `${name} · ${container.name}`, target })}
        >
          <SquareTerminal size={14} />
        </IconButton>
      </div>
      {detail ? <p className="card-problem">{detail}</p> : null}
      <ContainerFacts container={container} status={status} />
      <Environment container={container} namespace={namespace} />
    </div>
  );
}

function ContainerFacts({ container, status }: Pick<ContainerCardProps, 'container' | 'status'>) {
  const { image = '', command = [], args = [], ports = [], resources } = container;
  const words = [...command, ...args].join(' ');
  return (
    <Facts>
      <Fact name="Image">
        <Copyable text={image} what="image">
          <span className="mono">{image}</span>
        </Copyable>
      </Fact>
      <Fact name="Pull policy">{container.imagePullPolicy}</Fact>
      <Fact name="Started">
        {status?.state?.running?.startedAt ? (
          <span>
            <Age at={status.state.running.startedAt} /> ago
          </span>
        ) : null}
      </Fact>
      <Fact name="Restarts">{status?.restartCount ? String(status.restartCount) : null}</Fact>
      <Fact name="Last state">
        {status?.lastState?.terminated ? <LastState {...status.lastState.terminated} /> : null}
      </Fact>
      <Fact name="Command">{words ? <span className="mono">{words}</span> : null}</Fact>
      <Fact name="Ports">
        {ports
          .map(({ containerPort, protocol = 'TCP', name }) => `${name ? `${name} ` : ''}${containerPort}/${protocol}`)
          .join(', ')}
      </Fact>
      <Fact name="Requests">{resourceText(resources, 'requests')}</Fact>
      <Fact name="Limits">{resourceText(resources, 'limits')}</Fact>
      <Fact name="Liveness">{probeText(container.livenessProbe)}</Fact>
      <Fact name="Readiness">{probeText(container.readinessProbe)}</Fact>
      <Fact name="Startup">{probeText(container.startupProbe)}</Fact>
      <Fact name="Mounts">{container.volumeMounts?.length ? <Mounts mounts={container.volumeMounts} /> : null}</Fact>
    </Facts>
  );
}

function LastState({ reason = 'Terminated', exitCode, finishedAt, message }: core.ContainerStateTerminated) {
  return (
    <span className="stack">
      <span>
        <span className={exitCode === 0 ? '' : 'tone-bad'}>
          {reason}, exit code {exitCode}
        </span>
        {finishedAt ? (
          <span className="muted">
            {' '}
            · <Age at={finishedAt} /> ago
          </span>
        ) : null}
      </span>
      {message ? <span className="muted">{message}</span> : null}
    </span>
  );
}

function Mounts({ mounts }: { mounts: readonly core.VolumeMount[] }) {
  return (
    <span className="stack mono">
      {mounts.map(({ mountPath, name, readOnly, subPath }) => (
        <span key={mountPath} className="truncate" title={`${mountPath} from ${name}`}>
          {mountPath}{' '}
          <span className="muted">
            ← {name}
            {subPath ? `/${subPath}` : ''}
            {readOnly ? ', read-only' : ''}
          </span>
        </span>
      ))}
    </span>
  );
}

function Environment({
  container: { env = [], envFrom = [] },
  namespace,
}: {
  container: core.Container;
  namespace: string;
}) {
  const count = env.length + envFrom.length;
  if (count === 0) return null;
  return (
    <details className="fold-list">
      <summary>
        Environment <span className="muted">{count}</span>
      </summary>
      <Facts>
        {envFrom.map(({ configMapRef, secretRef, prefix }) => {
          const name = configMapRef?.name ?? secretRef?.name ?? '';
          return (
            <Fact key={`${prefix}${name}`} name={prefix ? `${prefix}*` : 'all keys of'}>
              <ObjectLink page={configMapRef ? configMaps : secrets} namespace={namespace} name={name} />
            </Fact>
          );
        })}
        {env.map(({ name, value, valueFrom }) => (
          <Fact key={name} name={name}>
            {valueFrom ? (
              <ValueSource source={valueFrom} namespace={namespace} />
            ) : (
              <span className="mono">{value || '""'}</span>
            )}
          </Fact>
        ))}
      </Facts>
    </details>
  );
}

function ValueSource({ source, namespace }: { source: core.EnvVarSource; namespace: string }) {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = source;
  const reference = configMapKeyRef ?? secretKeyRef;
  if (!reference) return <span className="mono muted">{fieldRef?.fieldPath ?? resourceFieldRef?.resource}</span>;
  return (
    <span>
      <ObjectLink page={configMapKeyRef ? configMaps : secrets} namespace={namespace} name={reference.name ?? ''} />
      <span className="muted"> · {reference.key}</span>
    </span>
  );
}

import { ScrollText, SquareTerminal } from 'lucide-react';
import type { core, Pod } from '../../../agent/api/types.ts';
import { openTab } from '../../data/dock.ts';
import { useRoute } from '../../data/route.ts';
import { Badge, IconButton, StatusPill, type Tone } from '../../ui/controls.tsx';
import { Age, ObjectLink } from '../columns.tsx';
import { Conditions, Fact, Facts, Section } from './facts.tsx';

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

function probeText(probe: core.Probe | undefined): string | undefined {
  if (!probe) return undefined;
  const { httpGet, tcpSocket, exec, grpc } = probe;
  const what = httpGet
    ? `http :${httpGet.port}${httpGet.path ?? '/'}`
    : tcpSocket
      ? `tcp :${tcpSocket.port}`
      : grpc
        ? `grpc :${grpc.port}`
        : `exec ${exec?.command?.join(' ') ?? ''}`;
  return `${what} · every ${probe.periodSeconds ?? 10} s · ${probe.failureThreshold ?? 3} failures`;
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

function ContainerCard({ pod, container, status, init }: ContainerCardProps) {
  const { context } = useRoute();
  const { name, namespace = '' } = pod.metadata;
  const { tone, text, detail } = stateOf(status);
  const target = { type: 'pod', context, namespace, pod: name, container: container.name } as const;
  return (
    <div className="card">
      <div className="card-head">
        <StatusPill tone={tone}>
          <strong>{container.name}</strong>
        </StatusPill>
        {init ? <Badge>init</Badge> : null}
        <span className={`truncate ${tone === 'bad' ? 'tone-bad' : 'muted'}`}>{text}</span>
        <span className="spacer" />
        <IconButton
          label={`Logs of ${container.name}`}
          size="small"
          onClick={() => openTab({ ...target, type: 'logs', title: `${name} · ${container.name}` })}
        >
          <ScrollText size={14} />
        </IconButton>
        <IconButton
          label={`Shell in ${container.name}`}
          size="small"
          disabled={!status?.state?.running}
          onClick={() => openTab({ type: 'shell', title: `${name} · ${container.name}`, target })}
        >
          <SquareTerminal size={14} />
        </IconButton>
      </div>
      {detail ? <p className="card-problem">{detail}</p> : null}
      <Facts>
        <Fact name="Image">
          <span className="mono">{container.image}</span>
        </Fact>
        <Fact name="Started">
          {status?.state?.running?.startedAt ? (
            <span>
              <Age at={status.state.running.startedAt} /> ago
            </span>
          ) : null}
        </Fact>
        <Fact name="Restarts">{status?.restartCount ? String(status.restartCount) : null}</Fact>
        <Fact name="Last exit">
          {status?.lastState?.terminated
            ? `${status.lastState.terminated.reason ?? ''} (exit code ${status.lastState.terminated.exitCode})`
            : null}
        </Fact>
        <Fact name="Command">
          {container.command || container.args ? (
            <span className="mono">{[...(container.command ?? []), ...(container.args ?? [])].join(' ')}</span>
          ) : null}
        </Fact>
        <Fact name="Ports">
          {container.ports
            ?.map(
              ({ containerPort, protocol = 'TCP', name: port }) =>
                `${port ? `${port} ` : ''}${containerPort}/${protocol}`,
            )
            .join(', ')}
        </Fact>
        <Fact name="Requests">{resourceText(container.resources, 'requests')}</Fact>
        <Fact name="Limits">{resourceText(container.resources, 'limits')}</Fact>
        <Fact name="Liveness">{probeText(container.livenessProbe)}</Fact>
        <Fact name="Readiness">{probeText(container.readinessProbe)}</Fact>
        <Fact name="Startup">{probeText(container.startupProbe)}</Fact>
        <Fact name="Mounts">
          {container.volumeMounts?.length ? (
            <span className="stack mono">
              {container.volumeMounts.map((mount) => (
                <span key={mount.mountPath} className="truncate">
                  {mount.mountPath}{' '}
                  <span className="muted">
                    ← {mount.name}
                    {mount.readOnly ? ', read-only' : ''}
                  </span>
                </span>
              ))}
            </span>
          ) : null}
        </Fact>
      </Facts>
    </div>
  );
}

export function PodOverview({ pod }: { pod: Pod }) {
  const { spec, status } = pod;
  const statusOf = (name: string) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find((one) => one.name === name);
  return (
    <>
      {status?.message ? <p className="card-problem">{status.message}</p> : null}
      <Section title="Pod">
        <Facts>
          <Fact name="Node">
            {spec.nodeName ? <ObjectLink page="nodes" name={spec.nodeName} /> : 'not scheduled yet'}
          </Fact>
          <Fact name="Pod IP">{status?.podIP}</Fact>
          <Fact name="QoS class">{status?.qosClass}</Fact>
          <Fact name="Restart policy">{spec.restartPolicy}</Fact>
          <Fact name="Service account">
            {spec.serviceAccountName ? (
              <ObjectLink page="serviceaccounts" namespace={pod.metadata.namespace} name={spec.serviceAccountName} />
            ) : null}
          </Fact>
          <Fact name="Priority class">{spec.priorityClassName}</Fact>
        </Facts>
      </Section>
      <Section title="Containers">
        {(spec.initContainers ?? []).map((container) => (
          <ContainerCard key={container.name} pod={pod} container={container} status={statusOf(container.name)} init />
        ))}
        {spec.containers.map((container) => (
          <ContainerCard key={container.name} pod={pod} container={container} status={statusOf(container.name)} />
        ))}
      </Section>
      <Conditions conditions={status?.conditions} />
    </>
  );
}

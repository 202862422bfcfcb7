import type { core, Service } from '../../../agent/api/types.ts';
import { StatusPill } from '../../ui/controls.tsx';
import { ObjectLink } from '../columns.tsx';
import type { Scene } from '../view.ts';
import { endpointCount, endpointsBehind, LocalUrls, urlsOf } from '../views/network.tsx';
import { Copyable } from './copyable.tsx';
import { Fact, Facts, Labels, Section } from './facts.tsx';

export function ServiceOverview({ service, scene }: { service: Service; scene: Scene }) {
  const { metadata, spec } = service;
  const { ready, total } = endpointCount(service, scene);
  const hasSelector = Object.keys(spec.selector ?? {}).length > 0;
  const dns = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
  return (
    <>
      {hasSelector && ready === 0 ? (
        <p className="card-problem">
          {total === 0
            ? 'No pod matches the selector, so nothing answers. Compare it with the labels of the pods.'
            : 'None of its pods is ready, so nothing answers.'}
        </p>
      ) : null}
      <Section title="Service">
        <Facts>
          <Fact name="Type">{spec.type ?? 'ClusterIP'}</Fact>
          <Fact name="Localhost">
            {urlsOf(service, scene).length > 0 ? <LocalUrls service={service} scene={scene} /> : null}
          </Fact>
          <Fact name="Cluster IP">{spec.clusterIP ? <Copyable text={spec.clusterIP} what="cluster IP" /> : null}</Fact>
          <Fact name="DNS name">
            <Copyable text={dns} what="DNS name">
              <span className="mono">{dns}</span>
            </Copyable>
          </Fact>
          <Fact name="Session affinity">{spec.sessionAffinity === 'None' ? null : spec.sessionAffinity}</Fact>
          <Fact name="External name">{spec.externalName}</Fact>
          <Fact name="Selector">
            <Labels labels={spec.selector} page="pods" />
          </Fact>
        </Facts>
      </Section>
      <Ports ports={spec.ports ?? []} />
      <EndpointTable service={service} scene={scene} />
    </>
  );
}

function Ports({ ports }: { ports: readonly core.ServicePort[] }) {
  if (ports.length === 0) return null;
  return (
    <Section title="Ports" note={ports.length}>
      <table className="grid-table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Port</th>
            <th>Target</th>
            <th>Node port</th>
          </tr>
        </thead>
        <tbody>
          {ports.map(({ name, port, protocol = 'TCP', targetPort, nodePort }) => (
            <tr key={`${port}/${protocol}`}>
              <td>{name || <span className="muted">–</span>}</td>
              <td>
                {port}/{protocol}
              </td>
              <td>{targetPort ?? port}</td>
              <td>{nodePort ?? <span className="muted">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function EndpointTable({ service, scene }: { service: Service; scene: Scene }) {
  const { ready, total } = endpointCount(service, scene);
  const namespace = service.metadata.namespace;
  if (total === 0) return null;
  return (
    <Section title="Endpoints" note={`${ready} ready of ${total}`}>
      <ul className="mini-table three">
        {endpointsBehind(service, scene).map(({ addresses, conditions, targetRef, nodeName }) => (
          <li key={addresses.join()}>
            {targetRef?.name ? (
              <ObjectLink page="pods" namespace={namespace} name={targetRef.name} />
            ) : (
              <span className="muted">no pod</span>
            )}
            <StatusPill tone={conditions?.ready === false ? 'warn' : 'ok'}>{addresses.join(', ')}</StatusPill>
            <span className="muted truncate" title={nodeName}>
              {nodeName}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

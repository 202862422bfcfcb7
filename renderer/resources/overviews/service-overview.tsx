import type { core, Service } from '../../../agent/api/types.ts';
import { podRef } from '../../data/refs.ts';
import { endpointCount, endpointsBehind, LocalUrls, urlsOf } from '../service-facts.tsx';
import type { Scene } from '../view.ts';
import { Copyable } from './copyable.tsx';
import { EndpointTable, ofSlice } from './endpoint-table.tsx';
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
            <Labels labels={spec.selector} page={podRef} />
          </Fact>
        </Facts>
      </Section>
      <Ports ports={spec.ports ?? []} />
      {total > 0 ? (
        <EndpointTable addresses={endpointsBehind(service, scene).map(ofSlice)} namespace={metadata.namespace} />
      ) : null}
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

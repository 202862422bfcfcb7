import type { Service } from '../../../agent/api/types.ts';
import type { Scene } from '../view.ts';
import { endpointCount, LocalUrls, ports } from '../views/network.tsx';
import { Fact, Facts, Labels, Section } from './facts.tsx';
import { PodTable } from './workload-overview.tsx';

export function ServiceOverview({ service, scene }: { service: Service; scene: Scene }) {
  const { metadata, spec } = service;
  const { ready, total } = endpointCount(service, scene);
  const dns = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
  return (
    <>
      <Section title="Service">
        <Facts>
          <Fact name="Type">{spec.type ?? 'ClusterIP'}</Fact>
          <Fact name="Localhost">
            <LocalUrls service={service} scene={scene} />
          </Fact>
          <Fact name="Cluster IP">{spec.clusterIP}</Fact>
          <Fact name="DNS name">
            <span className="mono">{dns}</span>
          </Fact>
          <Fact name="Ports">{ports(service)}</Fact>
          <Fact name="Endpoints">{`${ready} ready of ${total}`}</Fact>
          <Fact name="Session affinity">{spec.sessionAffinity === 'None' ? null : spec.sessionAffinity}</Fact>
          <Fact name="External name">{spec.externalName}</Fact>
          <Fact name="Selector">
            <Labels labels={spec.selector} page="pods" />
          </Fact>
        </Facts>
      </Section>
      {spec.selector ? <PodTable namespace={metadata.namespace} selector={spec.selector} /> : null}
    </>
  );
}

import type { core, Pod } from '../../../agent/api/types.ts';
import { configMapRef, nodeRef, secretRef, serviceAccountRef } from '../../data/refs.ts';
import { Badge } from '../../ui/controls.tsx';
import { ObjectLink } from '../columns.tsx';
import { ContainerCard } from './container-card.tsx';
import { Copyable } from './copyable.tsx';
import { Conditions, Fact, Facts, Labels, Section } from './facts.tsx';

/** Why a pod is not where it should be, before everything else. */
function Problem({ status }: Pod) {
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  const text = status?.message ?? unscheduled?.message;
  return text ? <p className="card-problem">{text}</p> : null;
}

const tolerationText = ({ key, operator, value, effect, tolerationSeconds }: core.Toleration): string =>
  `${key ?? 'everything'}${value ? `=${value}` : operator === 'Exists' ? '' : '='}${effect ? `:${effect}` : ''}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds} s`}`;

export function PodOverview({ pod }: { pod: Pod }) {
  const { spec, status } = pod;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const statusOf = (name: string) => statuses.find((one) => one.name === name);
  return (
    <>
      <Problem {...pod} />
      <Section title="Pod">
        <Facts>
          <Fact name="Node">
            {spec.nodeName ? <ObjectLink page={nodeRef} name={spec.nodeName} /> : 'not scheduled yet'}
          </Fact>
          <Fact name="Pod IP">{status?.podIP ? <Copyable text={status.podIP} what="pod IP" /> : null}</Fact>
          <Fact name="QoS class">{status?.qosClass}</Fact>
          <Fact name="Restart policy">{spec.restartPolicy}</Fact>
          <Fact name="Service account">
            {spec.serviceAccountName ? (
              <ObjectLink page={serviceAccountRef} namespace={pod.metadata.namespace} name={spec.serviceAccountName} />
            ) : null}
          </Fact>
          <Fact name="Priority class">{spec.priorityClassName}</Fact>
          <Fact name="Node selector">
            {spec.nodeSelector ? <Labels labels={spec.nodeSelector} page={nodeRef} /> : null}
          </Fact>
          <Fact name="Tolerations">{spec.tolerations?.map(tolerationText).join(', ')}</Fact>
        </Facts>
      </Section>
      <Section title="Containers" note={spec.containers.length + (spec.initContainers?.length ?? 0)}>
        {(spec.initContainers ?? []).map((container) => (
          <ContainerCard key={container.name} pod={pod} container={container} status={statusOf(container.name)} init />
        ))}
        {spec.containers.map((container) => (
          <ContainerCard key={container.name} pod={pod} container={container} status={statusOf(container.name)} />
        ))}
      </Section>
      <Conditions conditions={status?.conditions} />
      <Volumes volumes={spec.volumes ?? []} namespace={pod.metadata.namespace} />
    </>
  );
}

function Volumes({ volumes, namespace }: { volumes: readonly core.Volume[]; namespace?: string }) {
  if (volumes.length === 0) return null;
  return (
    <Section title="Volumes" note={volumes.length}>
      <Facts>
        {volumes.map((volume) => (
          <Fact key={volume.name} name={volume.name}>
            <VolumeSource volume={volume} namespace={namespace} />
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}

function VolumeSource({ volume, namespace }: { volume: core.Volume; namespace?: string }) {
  const { name: _, configMap, secret, hostPath, ...rest } = volume;
  const type = (
    <Badge>{configMap ? 'configMap' : secret ? 'secret' : hostPath ? 'hostPath' : Object.keys(rest)[0]}</Badge>
  );
  if (configMap || secret)
    return (
      <span className="pill">
        {type}
        <ObjectLink
          page={configMap ? configMapRef : secretRef}
          namespace={namespace}
          name={configMap?.name ?? secret?.secretName ?? ''}
        />
      </span>
    );
  return (
    <span className="pill">
      {type}
      {hostPath ? <span className="mono">{hostPath.path}</span> : null}
    </span>
  );
}

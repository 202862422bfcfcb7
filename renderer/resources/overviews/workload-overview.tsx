import type { core, Deployment, Pod, ReplicaSet } from '../../../agent/api/types.ts';
import { podRef } from '../../data/refs.ts';
import { useResources } from '../../data/resources.ts';
import { useRoute } from '../../data/route.ts';
import { Conditions, Fact, Facts, Labels, Section } from './facts.tsx';
import { PodList } from './pod-list.tsx';
import { Revisions } from './revisions.tsx';

const selects = (selector: Record<string, string> | undefined, labels: Record<string, string> = {}): boolean =>
  Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);

function SelectedPods({ namespace, selector }: { namespace?: string; selector?: Record<string, string> }) {
  const { context } = useRoute();
  const { items } = useResources<Pod>(context, podRef);
  const pods = items.filter(({ metadata }) => metadata.namespace === namespace && selects(selector, metadata.labels));
  return <PodList pods={pods} where={({ spec }) => spec.nodeName} />;
}

function Template({ containers }: { containers: readonly core.Container[] | undefined }) {
  return (
    <Section title="Pod template">
      <Facts>
        {(containers ?? []).map(({ name, image }) => (
          <Fact key={name} name={name}>
            <span className="mono">{image}</span>
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}

export function DeploymentOverview({ deployment }: { deployment: Deployment }) {
  const { metadata, spec, status } = deployment;
  const rolling = spec.strategy?.rollingUpdate;
  return (
    <>
      <Section title="Deployment">
        <Facts>
          <Fact name="Replicas">
            {`${status?.readyReplicas ?? 0} ready · ${status?.updatedReplicas ?? 0} up to date · ${status?.availableReplicas ?? 0} available · ${spec.replicas ?? 1} wanted`}
          </Fact>
          <Fact name="Strategy">
            {`${spec.strategy?.type ?? 'RollingUpdate'}${rolling ? ` · max surge ${rolling.maxSurge} · max unavailable ${rolling.maxUnavailable}` : ''}`}
          </Fact>
          <Fact name="Revision">{metadata.annotations?.['deployment.kubernetes.io/revision']}</Fact>
          <Fact name="Selector">
            <Labels labels={spec.selector?.matchLabels} page={podRef} />
          </Fact>
        </Facts>
      </Section>
      <Conditions conditions={status?.conditions} />
      <SelectedPods namespace={metadata.namespace} selector={spec.selector?.matchLabels} />
      <Revisions deployment={deployment} />
      <Template containers={spec.template?.spec?.containers} />
    </>
  );
}

export function ReplicaSetOverview({ set: { metadata, spec, status } }: { set: ReplicaSet }) {
  return (
    <>
      <Section title="ReplicaSet">
        <Facts>
          <Fact name="Replicas">{`${status?.readyReplicas ?? 0} ready · ${spec.replicas ?? 1} wanted`}</Fact>
          <Fact name="Revision">{metadata.annotations?.['deployment.kubernetes.io/revision']}</Fact>
          <Fact name="Selector">
            <Labels labels={spec.selector?.matchLabels} page={podRef} />
          </Fact>
        </Facts>
      </Section>
      <SelectedPods namespace={metadata.namespace} selector={spec.selector?.matchLabels} />
      <Template containers={spec.template?.spec?.containers} />
      <Conditions conditions={status?.conditions} />
    </>
  );
}

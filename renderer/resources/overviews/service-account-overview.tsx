import type { Pod, ServiceAccount } from '../../../agent/api/types.ts';
import { podRef } from '../../data/refs.ts';
import { useResources } from '../../data/resources.ts';
import { useRoute } from '../../data/route.ts';
import { Fact, Facts, Section } from './facts.tsx';
import { PodList } from './pod-list.tsx';

export function ServiceAccountOverview({ account }: { account: ServiceAccount }) {
  const { context } = useRoute();
  const { name, namespace } = account.metadata;
  const { items } = useResources<Pod>(context, podRef);
  const users = items.filter(
    ({ metadata, spec }) => metadata.namespace === namespace && (spec.serviceAccountName ?? 'default') === name,
  );
  return (
    <>
      <Section title="ServiceAccount">
        <Facts>
          <Fact name="User name">
            <span className="mono">
              system:serviceaccount:{namespace}:{name}
            </span>
          </Fact>
          <Fact name="Token in pods">{account.automountServiceAccountToken === false ? 'not mounted' : 'mounted'}</Fact>
          <Fact name="Secrets">{account.secrets?.map((secret) => secret.name).join(', ')}</Fact>
          <Fact name="Pull secrets">{account.imagePullSecrets?.map((secret) => secret.name).join(', ')}</Fact>
        </Facts>
      </Section>
      <PodList pods={users} where={({ spec }) => spec.nodeName} />
    </>
  );
}

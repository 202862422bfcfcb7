/** The webhooks that are registered, in upstream's order: by the name of their configuration, and as listed in it. */
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
} from '../../../api/admissionregistration/webhooks.ts';
import type { Kind } from '../../../api/kind.ts';
import type {
  AnyObject,
  admissionregistration,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../../../api/types.ts';
import type { StoredRecord } from '../../state/record.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';

export type Webhook = admissionregistration.ValidatingWebhook & Partial<admissionregistration.MutatingWebhook>;
type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

export interface Hook {
  /** The same for as long as the webhook stays at its place. */
  id: string;
  webhook: Webhook;
}

const { group } = mutatingWebhookConfigurations.representations[0];

/**
 * What says who judges writes is judged by none of them: else nobody could remove a webhook that refuses everything.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/predicates/rules/rules.go
 * (IsExemptAdmissionConfigurationResource)
 */
const isExempt = ({ kind }: Attributes): boolean => kind.representations[0].group === group;

const isServed = (kind: Kind, { kinds }: Cluster): boolean =>
  kinds.find(group, kind.representations[0].version, kind.plural) !== undefined;

const recordsOf = (kind: Kind, cluster: Cluster): readonly StoredRecord[] =>
  isServed(kind, cluster) ? cluster.state.of(kind).objects.list('') : [];

const hooksIn = ({ name, object }: StoredRecord): Hook[] => {
  const { webhooks = [] } = object as AnyObject & Configuration;
  return webhooks.map((webhook, index) => ({ id: `${name}/${webhook.name}/${index}`, webhook }));
};

export interface Registered {
  /** Cheap: asked of every write. */
  any(attributes: Attributes, cluster: Cluster): boolean;
  list(cluster: Cluster): Hook[];
}

const registered = (kind: Kind): Registered => ({
  any: (attributes, cluster) =>
    !isExempt(attributes) && isServed(kind, cluster) && cluster.state.of(kind).objects.size > 0,
  list: (cluster) => recordsOf(kind, cluster).flatMap(hooksIn),
});

export const mutatingHooks = registered(mutatingWebhookConfigurations);
export const validatingHooks = registered(validatingWebhookConfigurations);

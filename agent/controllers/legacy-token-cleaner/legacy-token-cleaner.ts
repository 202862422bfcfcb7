/**
 * Marks tokens in secrets that were made for an account by itself and that nobody has used for a year, and deletes those
 * that have been marked for a year. Looks at each once a day.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#legacy-serviceaccount-token-cleaner
 */
import { configMaps } from '../../api/core/config-map.ts';
import { dateOf, invalidSince, tokenType, trackingMap } from '../../api/core/legacy-token.ts';
import { pods } from '../../api/core/pod.ts';
import { secretsOf } from '../../api/core/pod-references.ts';
import { secrets } from '../../api/core/secret.ts';
import { serviceAccounts } from '../../api/core/service-account.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import type { Secret } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { day, planLegacyToken } from './plan.ts';

async function trackedSince({ client, signal }: Context): Promise<string | undefined> {
  try {
    return (await client.resource(configMaps).get(trackingMap, 'kube-system', signal)).data?.since;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function clean(context: Context, secret: Secret): Promise<void> {
  const { client, informer, clock, signal } = context;
  const { name, namespace = '', uid, resourceVersion, annotations } = secret.metadata;
  const accountName = annotations?.['kubernetes.io/service-account.name'] ?? '';
  const mounted = informer(pods)
    .list()
    .filter(({ metadata }) => metadata.namespace === namespace)
    .flatMap(secretsOf);
  const plan = planLegacyToken(secret, {
    account: informer(serviceAccounts).get(`${namespace}/${accountName}`),
    mounted: new Set(mounted),
    since: await trackedSince(context),
    now: clock.now(),
  });
  const resource = client.resource(secrets);
  if (plan === 'mark') {
    const labels = { [invalidSince]: dateOf(clock.now()) };
    await informer(secrets).caughtUp(
      await resource.patch(name, namespace, mediaType.mergePatch, { metadata: { uid, labels } }, {}, signal),
      signal,
    );
  }
  if (plan === 'delete') await resource.delete(name, namespace, { preconditions: { uid, resourceVersion } }, signal);
}

export const legacyTokenCleaner = defineController({
  name: 'legacy_service_account_token_cleaner',
  account: 'legacy-service-account-token-cleaner',
  for: secrets,
  keys: ({ object }) => (object.type === tokenType ? [keyOf(object)] : []),
  async reconcile(context, key) {
    const secret = context.informer(secrets).get(key);
    if (!secret) return undefined;
    try {
      await clean(context, secret);
    } catch (error) {
      // It has changed or is gone; the informer will report that.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return { after: day };
  },
});

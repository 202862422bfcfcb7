/**
 * Fills secrets of type `kubernetes.io/service-account-token`, and deletes those whose account is gone.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/serviceaccount/tokens_controller.go
 */
import { tokenType } from '../../api/core/legacy-token.ts';
import { secrets } from '../../api/core/secret.ts';
import { serviceAccounts } from '../../api/core/service-account.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { Secret, ServiceAccount } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { type Context, watch } from '../shared/controller.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { accountOf, filled, planToken } from './plan.ts';

/** The longest possible lifetime, in seconds. The token ends with its secret. */
const lifetime = 2 ** 32;

interface TokenAnswer {
  status?: { token?: string };
}

/** Asks the server if the informer has no such account: it may have been created just before its secret. */
async function findAccount(context: Context, name: string, namespace: string): Promise<ServiceAccount | undefined> {
  const { client, informer, signal } = context;
  const known = informer(serviceAccounts).get(`${namespace}/${name}`);
  if (known || name === '') return known;
  try {
    return await client.resource(serviceAccounts).get(name, namespace, signal);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function requestToken({ client, signal }: Context, { metadata }: Secret, account: string): Promise<string> {
  const { name, namespace, uid } = metadata;
  const spec = { expirationSeconds: lifetime, boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } };
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const answer = await client.resource(serviceAccounts).post(account, namespace, 'token', body, signal);
  const { status } = answer as TokenAnswer;
  if (!status?.token) throw new Error(`no token was issued for service account ${namespace}/${account}`);
  return status.token;
}

async function execute(context: Context, secret: Secret, rootCA: string | undefined): Promise<void> {
  const { client, informer, signal } = context;
  const resource = client.resource(secrets);
  const { name, namespace = '', uid } = secret.metadata;
  const account = await findAccount(context, accountOf(secret), namespace);
  const plan = planToken(secret, account, rootCA);
  if (plan.kind === 'delete') await resource.delete(name, namespace, { preconditions: { uid } }, signal);
  if (plan.kind !== 'fill' || !account) return;
  const token = plan.needsToken ? await requestToken(context, secret, account.metadata.name) : undefined;
  await informer(secrets).caughtUp(await resource.update(filled(secret, account, rootCA, token), signal), signal);
}

const isToken = ({ type }: Secret): boolean => type === tokenType;

const onAccount = watch(serviceAccounts, ({ object: { metadata } }, { informer }) =>
  informer(secrets)
    .list()
    .filter((secret) => isToken(secret) && secret.metadata.namespace === metadata.namespace)
    .filter((secret) => accountOf(secret) === metadata.name)
    .map(keyOf),
);

/** `rootCA` is PEM; without it the secrets carry no CA. */
export const serviceAccountToken = (rootCA?: string): Controller =>
  defineController({
    name: 'serviceaccount_tokens_secret',
    for: secrets,
    keys: ({ object }) => (isToken(object) ? [keyOf(object)] : []),
    watches: [onAccount],
    async reconcile(context, key) {
      const secret = context.informer(secrets).get(key);
      if (!secret || !isToken(secret) || secret.metadata.deletionTimestamp) return;
      try {
        await execute(context, secret, rootCA);
      } catch (error) {
        // The object changed or is gone; the informers will report that.
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    },
  });

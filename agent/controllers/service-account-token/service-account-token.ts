/**
 * Fills secrets of type `kubernetes.io/service-account-token`, and removes those whose account is gone.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/serviceaccount/tokens_controller.go
 */
import { secrets } from '../../api/core/secret.ts';
import { serviceAccounts } from '../../api/core/service-account.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { Secret, ServiceAccount } from '../../api/types.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { accountOf, filled, planToken, tokenType } from './plan.ts';

/** In seconds: as long as can be asked for. The token ends with its secret. */
const lifetime = 2 ** 32;

interface TokenAnswer {
  status?: { token?: string };
}

/** `rootCA` is PEM; without it secrets carry none. */
export function startServiceAccountTokenController(deps: ControllerDeps, rootCA?: string): void {
  const { client, informers, clock, log, signal } = deps;
  const secretInformer = informers.for(secrets);
  const accountInformer = informers.for(serviceAccounts);
  const resource = client.resource(secrets);
  const accounts = client.resource(serviceAccounts);

  /** The informer may not have seen an account that was made just before its secret. */
  const find = async (name: string, namespace: string): Promise<ServiceAccount | undefined> => {
    const known = accountInformer.get(`${namespace}/${name}`);
    if (known || name === '') return known;
    try {
      return await accounts.get(name, namespace, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  const requestToken = async ({ metadata }: Secret, account: string): Promise<string> => {
    const { name, namespace, uid } = metadata;
    const spec = { expirationSeconds: lifetime, boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const { status } = (await accounts.post(account, namespace, 'token', body, signal)) as TokenAnswer;
    if (!status?.token) throw new Error(`no token was issued for service account ${namespace}/${account}`);
    return status.token;
  };
  const execute = async (secret: Secret): Promise<void> => {
    const { name, namespace = '', uid } = secret.metadata;
    const account = await find(accountOf(secret), namespace);
    const plan = planToken(secret, account, rootCA);
    if (plan.kind === 'delete') await resource.delete(name, namespace, { preconditions: { uid } }, signal);
    if (plan.kind !== 'fill' || !account) return;
    const token = plan.needsToken ? await requestToken(secret, account.metadata.name) : undefined;
    await secretInformer.caughtUp(await resource.update(filled(secret, account, rootCA, token), signal), signal);
  };
  const reconcile = async (key: string): Promise<void> => {
    const secret = secretInformer.get(key);
    if (!secret || secret.type !== tokenType || secret.metadata.deletionTimestamp) return;
    try {
      await execute(secret);
    } catch (error) {
      // Changed or gone meanwhile: the informers will say so.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  };
  const queue = createWorkQueue({ name: 'serviceaccount-token', clock, log, signal, concurrency: 5, reconcile });
  const add = ({ metadata, type }: Secret): void => {
    if (type === tokenType) queue.add(`${metadata.namespace}/${metadata.name}`);
  };

  void Promise.all([secretInformer.synced, accountInformer.synced]).then(() => {
    secretInformer.onChange(({ object }) => add(object));
    accountInformer.onChange(({ object }) => {
      const { name, namespace } = object.metadata;
      for (const secret of secretInformer.list()) {
        if (secret.metadata.namespace === namespace && accountOf(secret) === name) add(secret);
      }
    });
    for (const secret of secretInformer.list()) add(secret);
  });
}

/**
 * Plans what a service account's token secret needs. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/serviceaccount/tokens_controller.go
 */
import type { Secret, ServiceAccount } from '../../api/types.ts';

const accountUid = 'kubernetes.io/service-account.uid';

export const accountOf = ({ metadata }: Secret): string =>
  metadata.annotations?.['kubernetes.io/service-account.name'] ?? '';

export type Plan =
  | { kind: 'nothing' }
  /** The account is gone, or another account has its name. */
  | { kind: 'delete' }
  | { kind: 'fill'; needsToken: boolean };

const encode = (text: string): string => Buffer.from(text).toString('base64');

/** Decides whether to delete the secret, to fill in what is missing, or to do nothing. */
export function planToken(secret: Secret, account: ServiceAccount | undefined, rootCA: string | undefined): Plan {
  const { annotations, namespace = '' } = secret.metadata;
  const uid = annotations?.[accountUid];
  if (!account || (uid && uid !== account.metadata.uid)) return { kind: 'delete' };
  const data = secret.data ?? {};
  const current = rootCA === undefined || data['ca.crt'] === encode(rootCA);
  const complete = uid && current && data.token && data.namespace === encode(namespace);
  return complete ? { kind: 'nothing' } : { kind: 'fill', needsToken: !data.token };
}

/** Adds the missing data. `token` is absent if the secret already has one. */
export const filled = (secret: Secret, account: ServiceAccount, rootCA?: string, token?: string): Secret => ({
  ...secret,
  metadata: {
    ...secret.metadata,
    annotations: { ...secret.metadata.annotations, [accountUid]: account.metadata.uid },
  },
  data: {
    ...secret.data,
    ...(rootCA === undefined ? {} : { 'ca.crt': encode(rootCA) }),
    namespace: encode(secret.metadata.namespace ?? ''),
    ...(token === undefined ? {} : { token: encode(token) }),
  },
});

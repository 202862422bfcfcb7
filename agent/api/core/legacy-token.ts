/**
 * Tokens that stand in secrets: when they were used, and whether they still may be.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#legacy-serviceaccount-token-tracking-controller
 */
export const tokenType = 'kubernetes.io/service-account-token';

/** Labels of the secret; their values are dates. */
export const lastUsed = 'kubernetes.io/legacy-token-last-used';
export const invalidSince = 'kubernetes.io/legacy-token-invalid-since';

/** In kube-system; its `since` is the date from which on uses are known. */
export const trackingMap = 'kube-apiserver-legacy-service-account-token-tracking';

/** Milliseconds since the epoch. `2026-01-31`, in UTC. */
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

export const isDate = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

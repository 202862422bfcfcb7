/** Conditions of gateways, listeners and routes, with upstream's types and reasons. */

export interface Verdict {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

export const isTrue = (type: string, reason = type, message = ''): Verdict => ({
  type,
  status: 'True',
  reason,
  message,
});

export const isFalse = (type: string, reason: string, message: string): Verdict => ({
  type,
  status: 'False',
  reason,
  message,
});

export const holds = (verdicts: readonly Verdict[], type: string): boolean =>
  verdicts.some((verdict) => verdict.type === type && verdict.status === 'True');

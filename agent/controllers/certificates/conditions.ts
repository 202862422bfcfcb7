import type { CertificateSigningRequest } from '../../api/types.ts';

export const conditionsOf = ({ status }: CertificateSigningRequest) => status?.conditions ?? [];

export const hasCondition = (request: CertificateSigningRequest, type: string): boolean =>
  conditionsOf(request).some((condition) => condition.type === type && condition.status === 'True');

export const isIssued = ({ status }: CertificateSigningRequest): boolean => Boolean(status?.certificate);

import type * as certificates from 'kubernetes-models/certificates.k8s.io/v1';
import type { Wire } from './wire.ts';

export type CertificateSigningRequest = Wire<certificates.ICertificateSigningRequest>;
export type CertificateSigningRequestCondition = Wire<certificates.ICertificateSigningRequestCondition>;

/** Certificate requests as `kubectl certificate` and kubelets send them. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  cryptoProvider,
  type JsonGeneralName,
  type JsonName,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';

const crypto = webcrypto as Crypto;
cryptoProvider.set(crypto);

const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
} as const;

export interface RequestShape {
  commonName: string;
  organizations?: string[];
  names?: JsonGeneralName[];
  key?: keyof typeof algorithms;
}

/** The base64 of PEM that `spec.request` has. */
export async function aCertificateRequest(shape: RequestShape): Promise<string> {
  const { commonName, organizations = [], names = [], key = 'ec' } = shape;
  const signingAlgorithm = algorithms[key];
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const name: JsonName = [...organizations.map((organization) => ({ O: [organization] })), { CN: [commonName] }];
  const request = await Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm,
    extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
  });
  return Buffer.from(request.toString('pem')).toString('base64');
}

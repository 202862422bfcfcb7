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

export interface RequestWithKey {
  /** The base64 of PEM that `spec.request` has. */
  request: string;
  /** PEM, PKCS #8. */
  key: string;
}

export async function aRequestWithKey(shape: RequestShape): Promise<RequestWithKey> {
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
  const privateKey = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    request: Buffer.from(request.toString('pem')).toString('base64'),
    key: `-----BEGIN PRIVATE KEY-----\n${privateKey}\n-----END PRIVATE KEY-----\n`,
  };
}

/** What `spec.request` has. */
export const aCertificateRequest = async (shape: RequestShape): Promise<string> =>
  (await aRequestWithKey(shape)).request;

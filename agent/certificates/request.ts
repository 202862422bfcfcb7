/** Makes a key and a request for a certificate of it. Imported when one is needed, for the library takes memory. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  cryptoProvider,
  type JsonGeneralName,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';

const crypto = webcrypto as Crypto;
cryptoProvider.set(crypto);

export interface RequestShape {
  commonName: string;
  organization: string;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
}

/** `request` is what `spec.request` has: the base64 of PEM. `key` is PEM, PKCS #8, EC P-256. */
export async function createRequest(shape: RequestShape): Promise<{ request: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names: JsonGeneralName[] = [
    ...(shape.dnsNames ?? []).map((value): JsonGeneralName => ({ type: 'dns', value })),
    ...(shape.ipAddresses ?? []).map((value): JsonGeneralName => ({ type: 'ip', value })),
  ];
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ O: [shape.organization] }, { CN: [shape.commonName] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${(pkcs8.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { request: Buffer.from(`${request.toString('pem')}\n`).toString('base64'), key };
}

/** A certificate that nobody has vouched for. Imported when one is needed, for the library takes memory. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  cryptoProvider,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const crypto = webcrypto as Crypto;
cryptoProvider.set(crypto);

const serverAuth = '1.3.6.1.5.5.7.3.1';
const year = 365 * 24 * 3600 * 1000;

/** Of a server with this name, good for a year from `now` (milliseconds since the epoch). PEM. */
export async function selfSigned(commonName: string, now: number): Promise<{ certificate: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - 3600_000),
    notAfter: new Date(now + year),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new ExtendedKeyUsageExtension([serverAuth]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${(pkcs8.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { certificate: certificate.toString('pem'), key };
}

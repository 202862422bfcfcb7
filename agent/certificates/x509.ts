/**
 * Reads certificate requests and issues certificates for them. Imported when the first request arrives: the library
 * takes memory that most clusters never need.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type Extension,
  type GeneralName,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { usagesOf } from './usages.ts';

const crypto = webcrypto as Crypto;
cryptoProvider.set(crypto);

/** Whom a request is for. */
export interface RequestedSubject {
  commonName: string;
  organizations: string[];
  dnsNames: string[];
  ipAddresses: string[];
  emailAddresses: string[];
  uris: string[];
}

export interface SigningAuthority {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8, EC P-256. */
  key: string;
}

export interface Issue {
  usages: readonly string[];
  /** In milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

const pemBlock = /-----BEGIN ([^-]+)-----([\s\S]*?)-----END \1-----/;

/** Of the first block. Throws where it is none. */
function decodeRequest(request: string): Pkcs10CertificateRequest {
  const [, type, body = ''] = pemBlock.exec(Buffer.from(request, 'base64').toString('latin1')) ?? [];
  if (type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  try {
    return new Pkcs10CertificateRequest(Buffer.from(body, 'base64'));
  } catch (error) {
    throw new Error('asn1: structure error: the block is no certificate request', { cause: error });
  }
}

function alternativeNamesOf(request: Pkcs10CertificateRequest): readonly GeneralName[] {
  const extension = request.extensions.find((each) => each instanceof SubjectAlternativeNameExtension);
  return extension?.names.items ?? [];
}

/** `request` is the base64 of a PEM block, as `spec.request` has it. Throws where that is not one. */
export function readRequest(request: string): RequestedSubject {
  const decoded = decodeRequest(request);
  const names = alternativeNamesOf(decoded);
  const ofType = (type: string) => names.filter((name) => name.type === type).map(({ value }) => value);
  return {
    commonName: decoded.subjectName.getField('CN').at(-1) ?? '',
    organizations: decoded.subjectName.getField('O'),
    dnsNames: ofType('dns'),
    ipAddresses: ofType('ip'),
    emailAddresses: ofType('email'),
    uris: ofType('url'),
  };
}

const derOf = (pem: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(pemBlock.exec(pem)?.[2] ?? '', 'base64'));

/** Positive and not zero, as RFC 5280 requires. */
const serialNumber = (): string => `4${randomBytes(16).toString('hex').slice(1)}`;

/**
 * The certificate, in PEM and base64 as `status.certificate` has it. It ends no later than the authority's. Rejects
 * where the request is not signed with its own key.
 */
export async function issueCertificate(request: string, authority: SigningAuthority, issue: Issue): Promise<string> {
  const decoded = decodeRequest(request);
  if (!(await decoded.verify(crypto))) throw new Error('unable to verify certificate request signature');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const ca = new X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey('pkcs8', derOf(authority.key), algorithm, false, ['sign']);
  const { flags, extended } = usagesOf(issue.usages);
  const names = alternativeNamesOf(decoded);
  const extensions: Extension[] = [
    ...(flags === undefined ? [] : [new KeyUsagesExtension(flags, true)]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
    new BasicConstraintsExtension(false, undefined, true),
    await AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map((name) => name.toJSON()))]),
  ];
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: decoded.subjectName.toJSON(),
    issuer: ca.subject,
    notBefore: new Date(issue.notBefore),
    notAfter: new Date(Math.min(issue.notAfter, ca.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: decoded.publicKey,
    signingKey,
    extensions,
  });
  return Buffer.from(`${certificate.toString('pem')}\n`).toString('base64');
}

/**
 * What a request for a certificate says of itself, judged when it is made, for nobody can change it afterwards; and
 * what is issued.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/certificates/validation/validation.go
 * (validateCertificateSigningRequest) and pkg/apis/core/validation/validation.go (ValidateSignerName). Whether the
 * signature of the request is good is not found out here: who signs does.
 */
import { duplicate, invalid, notSupported, required, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import type { CertificateSigningRequest } from '../types.ts';
import { isCertificate, isRequest } from './der.ts';

const usages: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

function validateUsages(given: readonly string[]): FieldError[] {
  const at = 'spec.usages';
  return [
    ...(given.length === 0 ? [required(at)] : []),
    ...given.flatMap((usage, index) =>
      usages.includes(usage) ? [] : [notSupported(`${at}[${index}]`, usage, usages)],
    ),
    ...given.flatMap((usage, index) => (given.indexOf(usage) < index ? [duplicate(`${at}[${index}]`, usage)] : [])),
  ];
}

const longestDomain = 253;
const longestPath = 253 + 63 + 1;

/** Of the first part that is wrong. */
function partErrors(at: string, text: string, check: (part: string) => string[]): FieldError[] {
  const wrong = text.split('.').find((part) => check(part).length > 0);
  if (wrong === undefined) return [];
  return check(wrong).map((problem) => invalid(at, text, `validating label ${JSON.stringify(wrong)}: ${problem}`));
}

function validateSignerName(at: string, name: string): FieldError[] {
  const [domain = '', path, ...more] = name.split('/');
  const missing = name === '' ? [required(at)] : [];
  if (path === undefined || more.length > 0) {
    const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [...missing, invalid(at, name, form)];
  }
  const dots = 'should be a domain with at least two segments separated by dots';
  return [
    ...(domain.length > longestDomain ? [tooLong(at, longestDomain)] : []),
    ...partErrors(at, domain, checkDns1123Label),
    ...(domain.includes('.') ? [] : [invalid(at, domain, dots)]),
    ...partErrors(at, path, checkDns1123Subdomain),
    ...(name.length > longestDomain + longestPath + 1 ? [tooLong(at, longestDomain + longestPath + 1)] : []),
  ];
}

const legacySigner = 'kubernetes.io/legacy-unknown';

function validateSigner(name: string): FieldError[] {
  const at = 'spec.signerName';
  return name === legacySigner
    ? [invalid(at, name, 'the legacy signerName is not allowed via this API version')]
    : validateSignerName(at, name);
}

const begin = '-----BEGIN ';
const dashes = '-----';

interface PemBlock {
  type: string;
  base64: string;
  /** What follows it. */
  rest: string;
}

/** The first block, as Go's decoder finds it; undefined where there is none. */
function pemBlock(text: string): PemBlock | undefined {
  const start = text.startsWith(begin) ? 0 : text.indexOf(`\n${begin}`) + 1;
  if (!text.startsWith(begin, start)) return undefined;
  const typeEnd = text.indexOf(dashes, start + begin.length);
  if (typeEnd < 0) return undefined;
  const type = text.slice(start + begin.length, typeEnd);
  const ending = `-----END ${type}${dashes}`;
  const end = text.indexOf(ending, typeEnd);
  if (end < 0) return undefined;
  return { type, base64: text.slice(typeEnd + dashes.length, end), rest: text.slice(end + ending.length) };
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  } catch {
    // No base64: a block like that is none.
    return undefined;
  }
}

const textOf = (base64: string): string => new TextDecoder('latin1').decode(bytesOf(base64));
const badStructure = "asn1: structure error: tags don't match";

function requestProblem(request: string): string | undefined {
  const block = pemBlock(textOf(request));
  const content = block && bytesOf(block.base64);
  if (block?.type !== 'CERTIFICATE REQUEST' || !content) return 'PEM block type must be CERTIFICATE REQUEST';
  return isRequest(content) ? undefined : badStructure;
}

export function validateContent({ spec }: CertificateSigningRequest): FieldError[] {
  const problem = requestProblem(spec.request ?? '');
  return [
    ...(problem === undefined ? [] : [invalid('spec.request', spec.request ?? '', problem)]),
    ...validateUsages(spec.usages ?? []),
    ...validateSigner(spec.signerName ?? ''),
  ];
}

/** Of a chain of certificates. */
function certificateProblem(chain: string): string | undefined {
  let block = pemBlock(textOf(chain));
  if (!block) return 'must contain one or more CERTIFICATE PEM blocks';
  for (; block; block = pemBlock(block.rest)) {
    if (block.type !== 'CERTIFICATE') {
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(block.type)}`;
    }
    if (block.base64.includes(':')) return 'no PEM block headers are permitted';
    if (!isCertificate(bytesOf(block.base64) ?? new Uint8Array())) return badStructure;
  }
  return undefined;
}

/** Of what is issued; one that was there already stays as it is. */
export function validateCertificate(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): FieldError[] {
  const { certificate } = status ?? {};
  if (!certificate || certificate === old?.status?.certificate) return [];
  const problem = certificateProblem(certificate);
  return problem === undefined ? [] : [invalid('status.certificate', '<certificate data>', problem)];
}

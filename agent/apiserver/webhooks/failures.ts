/** What went wrong with a connection, in the words of Go's `net` and `crypto/tls`, which clients see. */
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { messageOf } from '../../api/errors.ts';

/** What Node adds to the errors of sockets, and of TLS. */
interface SocketError extends Error {
  code?: string;
  syscall?: string;
  address?: string;
  port?: number;
  hostname?: string;
}

const unverified = (reason: string): string => `tls: failed to verify certificate: x509: ${reason}`;
const unknownAuthority = unverified('certificate signed by unknown authority');

const connecting: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
};

const others: Readonly<Record<string, string>> = {
  ECONNRESET: 'EOF',
  EPIPE: 'write: broken pipe',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: unverified('certificate has expired or is not yet valid'),
  CERT_NOT_YET_VALID: unverified('certificate has expired or is not yet valid'),
  ERR_SSL_WRONG_VERSION_NUMBER: 'http: server gave HTTP response to HTTPS client',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'http: server gave HTTP response to HTTPS client',
  EPROTO: 'http: server gave HTTP response to HTTPS client',
};

/** Of several addresses that were tried, the first tells. */
const firstOf = (error: unknown): unknown => (error instanceof AggregateError ? (error.errors[0] ?? error) : error);

export function failureText(error: unknown): string {
  const { code = '', address = '', port = 0, hostname = '' }: Partial<SocketError> = firstOf(error) as object;
  const refused = connecting[code];
  if (refused) {
    const host = isIP(address) === 6 ? `[${address}]` : address;
    return `dial tcp ${host}:${port}: connect: ${refused}`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${hostname}: no such host`;
  return others[code] ?? messageOf(firstOf(error));
}

/** As Node, but a name that stands nowhere but in the common name counts for nothing, and the reason is Go's. */
export function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const names = (certificate.subjectaltname ?? '').split(', ').filter(Boolean);
  if (names.length === 0 && certificate.subject?.CN) {
    return new Error(unverified('certificate relies on legacy Common Name field, use SANs instead'));
  }
  if (!checkServerIdentity(host, certificate)) return undefined;
  const type = isIP(host) ? 'IP Address:' : 'DNS:';
  const valid = names.filter((name) => name.startsWith(type)).map((name) => name.slice(type.length));
  if (valid.length > 0) return new Error(unverified(`certificate is valid for ${valid.join(', ')}, not ${host}`));
  if (!isIP(host)) return new Error(unverified(`certificate is not valid for any names, but wanted to match ${host}`));
  const reason = `cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
  return new Error(unverified(reason));
}

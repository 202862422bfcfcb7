/**
 * What a certificate may be used for, by the names that requests have for it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/authority/policies.go and
 * https://github.com/kubernetes/api/blob/release-1.36/certificates/v1/types.go (KeyUsage)
 */
import { ExtendedKeyUsage, KeyUsageFlags } from '@peculiar/x509';

const keyUsages: Readonly<Record<string, KeyUsageFlags>> = {
  signing: KeyUsageFlags.digitalSignature,
  'digital signature': KeyUsageFlags.digitalSignature,
  'content commitment': KeyUsageFlags.nonRepudiation,
  'key encipherment': KeyUsageFlags.keyEncipherment,
  'key agreement': KeyUsageFlags.keyAgreement,
  'data encipherment': KeyUsageFlags.dataEncipherment,
  'cert sign': KeyUsageFlags.keyCertSign,
  'crl sign': KeyUsageFlags.cRLSign,
  'encipher only': KeyUsageFlags.encipherOnly,
  'decipher only': KeyUsageFlags.decipherOnly,
};

const extendedUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': ExtendedKeyUsage.serverAuth,
  'client auth': ExtendedKeyUsage.clientAuth,
  'code signing': ExtendedKeyUsage.codeSigning,
  'email protection': ExtendedKeyUsage.emailProtection,
  's/mime': ExtendedKeyUsage.emailProtection,
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: ExtendedKeyUsage.timeStamping,
  'ocsp signing': ExtendedKeyUsage.ocspSigning,
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** `flags` is undefined where none of the usages is one. Throws where a usage has none of the known names. */
export function usagesOf(names: readonly string[]): { flags: KeyUsageFlags | undefined; extended: string[] } {
  const unknown = names.find((name) => !Object.hasOwn(keyUsages, name) && !Object.hasOwn(extendedUsages, name));
  if (unknown !== undefined) throw new Error(`unrecognized usage values: ["${unknown}"]`);
  const flags: number = names.reduce((sum, name) => sum | (keyUsages[name] ?? 0), 0);
  return {
    flags: flags === 0 ? undefined : flags,
    extended: [...new Set(names.flatMap((name) => extendedUsages[name] ?? []))],
  };
}

/** The certificate and the key of a kubeconfig's user as files, for commands that take a pair. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Writes `tls.crt` and `tls.key` into the folder. */
export async function keyPairFiles(kubeconfig: string, folder: string): Promise<void> {
  const { user } = parse(await readFile(kubeconfig, 'utf8')).users[0];
  await writeFile(join(folder, 'tls.crt'), Buffer.from(user['client-certificate-data'], 'base64'));
  await writeFile(join(folder, 'tls.key'), Buffer.from(user['client-key-data'], 'base64'));
}

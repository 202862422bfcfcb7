import { connectTo, type OwnConnection } from '../kube/client.ts';
import type { ClusterPki } from './pki.ts';
import type { Profile } from './profile.ts';

/** A connection to the profile's own API server as its administrator, whatever the kubeconfig says. */
export const connectAsAdmin = ({ apiPort }: Profile, { admin, authority }: ClusterPki): OwnConnection =>
  connectTo({
    server: `https://127.0.0.1:${apiPort}`,
    certificateAuthority: authority.certificate,
    clientCertificate: admin.certificate,
    clientKey: admin.key,
    insecure: false,
  });

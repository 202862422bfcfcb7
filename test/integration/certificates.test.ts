/** Certificates for people, as the documentation has it, with every kubectl of this machine. */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aCertificateRequest } from '../builders/certificate-request.ts';
import { withKubectls } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane({ nodes: {} });
});
afterAll(async () => {
  await cluster.close();
});

withKubectls('certificates', ({ path, version }) => {
  const named = (name: string) => `${name}-${version.replaceAll('.', '-')}`;
  const { run, kubectl } = typedKubectl(path, () => cluster.api.kubeconfig);
  const request = async (name: string, organizations: string[] = []) =>
    JSON.stringify({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: {
        request: await aCertificateRequest({ commonName: 'jane', organizations }),
        signerName: 'kubernetes.io/kube-apiserver-client',
        expirationSeconds: 86400,
        usages: ['client auth'],
      },
    });
  const row = async (name: string) => (await kubectl(`get csr ${name} --no-headers`)).trim().replace(/ {2,}/g, ' ');

  it('are asked for, approved and issued', async () => {
    const name = named('jane');
    expect(await kubectl('apply -f -', await request(name, ['dev']))).toContain(`${name} created`);
    expect(await row(name)).toMatch(
      /^jane-\S+ \d+s kubernetes.io\/kube-apiserver-client kubernetes-admin 24h Pending$/,
    );
    expect(await kubectl(`certificate approve ${name}`)).toContain(`${name} approved`);
    const issued = () => kubectl(`get csr ${name} -o jsonpath={.status.certificate}`);
    await expect.poll(issued).not.toBe('');
    expect(await row(name)).toMatch(/ Approved,Issued$/);
    const certificate = new X509Certificate(Buffer.from(await issued(), 'base64'));
    expect(certificate.subject).toBe('O=dev\nCN=jane');
    expect(certificate.checkIssued(new X509Certificate(cluster.api.ca))).toBe(true);
    expect(await kubectl(`describe csr ${name}`)).toMatch(/Status: +Approved,Issued/);
  });

  it('are denied', async () => {
    const name = named('denied');
    await kubectl('create -f -', await request(name));
    expect(await kubectl(`certificate deny ${name}`)).toContain(`${name} denied`);
    expect(await row(name)).toMatch(/ Denied$/);
    const { code, stderr } = await run(`certificate approve ${name}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is already Denied')]);
  });

  it('are not issued for administrators, nor approved by who may not', async () => {
    expect(await run('create -f -', await request(named('root'), ['system:masters']))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('with system:masters group is not allowed'),
    });
    const name = named('mine');
    await kubectl('create -f -', await request(name));
    const { code, stderr } = await run(`certificate approve ${name} --as=jane`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is forbidden: User "jane" cannot get resource')]);
  });
});

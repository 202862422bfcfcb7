/** Kinds that are stored and shown but have no controller yet, with every kubectl of this machine. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withKubectls } from '../obstacles.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { typedKubectl } from './typed-kubectl.ts';

const manifests = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: example.com/disk
allowVolumeExpansion: true
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /tmp/disk}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: example.com/ingress}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  egress: [{ports: [{port: 53, protocol: UDP}], to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: disk.example.com}
spec: {attachRequired: false}
---
apiVersion: storage.k8s.io/v1
kind: CSINode
metadata: {name: worker}
spec: {drivers: [{name: disk.example.com, nodeID: worker, topologyKeys: [example.com/zone]}]}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: attached}
spec: {attacher: disk.example.com, nodeName: worker, source: {persistentVolumeName: disk}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: checks}
webhooks:
- name: check.example.com
  clientConfig: {url: "https://hook.example.com/check"}
  rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [nothings], scope: "*"}]
  sideEffects: None
  admissionReviewVersions: [v1]
`;

/** Each kind by one of its names, with what `get` shows first and what `describe` says. */
const shown: readonly [string, RegExp, RegExp][] = [
  ['sc/fast', /^fast \(default\) +example.com\/disk +Delete +Immediate +true +/m, /IsDefaultClass: +Yes/],
  ['pv/disk', /^disk +1Gi +RWO +Retain +Pending +/m, /HostPath.*\n +Path: +\/tmp\/disk/],
  ['pvc/data', /^data +Pending +fast +/m, /StorageClass: +fast\nStatus: +Pending/],
  ['ingressclasses/nginx', /^nginx +example.com\/ingress +<none> +/m, /Controller: +example.com\/ingress/],
  ['netpol/deny', /^deny +app=web +/m, /CIDR: +10.0.0.0\/8\n +Except: +10.1.0.0\/16/],
  [
    'csidrivers/disk.example.com',
    /^disk.example.com +false +false +false +<unset> +false +Persistent +/m,
    /Attach Required: +false/,
  ],
  ['csinodes/worker', /^worker +1 +/m, /Topology Keys: +\[example.com\/zone\]/],
  ['volumeattachments/attached', /^attached +disk.example.com +disk +worker +false +/m, /Attacher: +disk.example.com/],
  ['validatingwebhookconfigurations/checks', /^checks +1 +/m, /check.example.com/],
  ['flowschemas/catch-all', /^catch-all +catch-all +10000 +ByUser +/m, /Matching Precedence: +10000/],
  ['prioritylevelconfigurations/system', /^system +Limited +30 +64 +6 +50 +/m, /Hand Size: +6/],
];

const oldIngress = `
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: old}
spec: {backend: {serviceName: web, servicePort: 80}}
`;

/** Of `CN=jane`. */
const signingRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHKMHECAQAwDzENMAsGA1UEAwwEamFuZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABErPE4u3cGHZR2tRSkdvdYwPOKdFl/4r1QYYTvMX9VoDLRnKhkIfnDaxMVXS
tUJqYi9KI4uvu7P8MtXqGRNOIuWgADAKBggqhkjOPQQDAgNJADBGAiEA8qHqsryl
+PLCCjqswv49Cy6rYeTHompC8Br3e+vrdDYCIQC4OQLvttRwcsYaOpktgLPlkwmm
Zky8k6Si9mzXMJFNCA==
-----END CERTIFICATE REQUEST-----
`;

withKubectls('kinds without a controller', ({ path }) => {
  let api: TestApiServer;

  const { both, kubectl } = typedKubectl(path, () => api.kubeconfig);

  beforeAll(async () => {
    api = await startTestApiServer();
    await kubectl('apply -f -', manifests);
  });
  afterAll(async () => {
    await api.close();
  });

  it('are applied again without a change', async () => {
    const lines = (await kubectl('apply -f -', manifests)).trim().split('\n');
    expect(lines.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
    expect(lines).toHaveLength(9);
  });

  it.each(shown)('shows and describes %s', async (name, row, described) => {
    expect(await kubectl(`get ${name}`)).toMatch(row);
    expect(await kubectl(`describe ${name}`)).toMatch(described);
  });

  // Older clients describe these by versions that 1.36 does not serve.
  it('shows the range of the cluster', async () => {
    expect(await kubectl('get servicecidrs')).toMatch(/^kubernetes +10\.96\.0\.0\/12 +/m);
  });

  it('shows more where it is asked to', async () => {
    expect(await kubectl('get pv -o wide')).toMatch(/VOLUMEMODE\n.* Filesystem$/m);
    expect(await kubectl('get pvc -o wide')).toMatch(/VOLUMEMODE\n.* Filesystem$/m);
  });

  it('explains them', async () => {
    expect(await kubectl('explain pvc.spec.storageClassName')).toMatch(/storageClassName/);
    expect(await kubectl('explain ingress.spec.rules.http.paths.pathType')).toMatch(/Exact/);
    expect(await kubectl('explain resourceclaims.spec.devices --api-version=resource.k8s.io/v1')).toMatch(/requests/);
  });

  it('makes an ingress from a line, changes it and reads it as upstream does', async () => {
    await kubectl('create ingress web --class=nginx --rule=a.test/*=web:80,tls=web-tls --rule=b.test/api=api:http');
    expect(await kubectl('get ingress web')).toMatch(/^web +nginx +a.test,b.test +80, 443 +/m);
    expect(await kubectl('describe ing web')).toMatch(/web-tls terminates a.test/);
    expect(await kubectl('get ingress web -o jsonpath={.spec.rules[*].http.paths[*].pathType}')).toBe('Prefix Exact');
    await kubectl('label ingress web tier=front');
    await kubectl('patch ingress web --type=json -p=[{"op":"remove","path":"/spec/rules/1"}]');
    expect(await kubectl('get ingress -l tier=front -o jsonpath={.items[*].spec.rules[*].host}')).toBe('a.test');
    await kubectl('delete ingress web');
  });

  it('applies an ingress of a retired version, with a warning', async () => {
    const { stderr } = await both('create -f - --validate=false', oldIngress);
    expect(stderr).toContain('extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+');
    expect(await kubectl('get ingress old -o jsonpath={.spec.defaultBackend.service.port.number}')).toBe('80');
    await kubectl('delete ingress old');
  });

  it('approves and denies requests for certificates', async () => {
    const request = Buffer.from(signingRequest).toString('base64');
    const csr = (name: string) => ({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: { request, signerName: 'example.com/signer', usages: ['client auth'] },
    });
    for (const name of ['jane', 'joe']) {
      await kubectl('create -f -', JSON.stringify(csr(name)));
    }
    expect(await kubectl('get csr jane')).toMatch(/^jane +\d+s +example.com\/signer +\S+ +<none> +Pending$/m);
    await kubectl('certificate approve jane');
    await kubectl('certificate deny joe');
    expect(await kubectl('get csr --no-headers')).toMatch(/ Approved\n.* Denied\n$/);
    expect(await kubectl('describe csr jane')).toMatch(/Status: +Approved[\s\S]*Common Name: +jane/);
  });

  it('finds them by their short names and categories', async () => {
    const resources = await kubectl('api-resources --no-headers');
    for (const line of [
      /^ingresses +ing +networking.k8s.io\/v1 +true +Ingress/m,
      /^persistentvolumeclaims +pvc +v1 +true +PersistentVolumeClaim/m,
      /^certificatesigningrequests +csr +certificates.k8s.io\/v1 +false +CertificateSigningRequest/m,
    ]) {
      expect(resources).toMatch(line);
    }
  });

  it('lets a claim go once its finalizer is gone', async () => {
    await kubectl('delete pvc data --wait=false');
    expect(await kubectl('get pvc data')).toMatch(/^data +Terminating +/m);
    await kubectl('patch pvc data --type=merge -p={"metadata":{"finalizers":null}}');
    expect(await kubectl('get pvc --ignore-not-found')).toBe('');
  });
});

/** Admission policies with every kubectl of this machine, written as upstream's documentation writes them. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { withKubectls } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
const replicaLimit = (namespace: string, params = '', expression = 'object.spec.replicas <= 5') => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${namespace}.example.com}
spec:
  failurePolicy: Fail
  ${params}
  matchConstraints:
    resourceRules:
    - apiGroups: ["apps"]
      apiVersions: ["v1"]
      operations: ["CREATE", "UPDATE"]
      resources: ["deployments"]
  validations:
  - expression: "${expression}"
    messageExpression: "'object.spec.replicas must be no greater than ' + string(${params ? 'params.maxReplicas' : '5'})"
    reason: Invalid
`;
const limitBinding = (namespace: string, params = '', actions = 'Deny') => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${namespace}-binding.example.com}
spec:
  policyName: ${namespace}.example.com
  validationActions: [${actions}]
  ${params}
  matchResources:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}
`;
/** https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
const sidecar = (namespace: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sidecar-${namespace}.example.com}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - apiGroups: [""]
      apiVersions: ["v1"]
      operations: ["CREATE"]
      resources: ["pods"]
  matchConditions:
  - name: does-not-already-have-sidecar
    expression: "!object.spec.?initContainers.orValue([]).exists(ic, ic.name == 'mesh-proxy')"
  failurePolicy: Fail
  reinvocationPolicy: IfNeeded
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: >
        Object{
          spec: Object.spec{
            initContainers: [
              Object.spec.initContainers{
                name: "mesh-proxy",
                image: params.data.image,
                restartPolicy: "Always"
              }
            ]
          }
        }
  - patchType: JSONPatch
    jsonPatch:
      expression: >
        [JSONPatch{op: "add", path: "/metadata/annotations", value: {"a": "b"}},
         JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("example.com/mesh"), value: params.data.image}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sidecar-${namespace}.example.com}
spec:
  policyName: sidecar-${namespace}.example.com
  paramRef: {name: mesh, parameterNotFoundAction: Deny}
  matchResources:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}
`;
const limitKind = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: replicalimits.rules.example.com}
spec:
  group: rules.example.com
  scope: Namespaced
  names: {plural: replicalimits, singular: replicalimit, kind: ReplicaLimit}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {maxReplicas: {type: integer}}}}
`;
const limit = `
apiVersion: rules.example.com/v1
kind: ReplicaLimit
metadata: {name: replica-limit-test}
maxReplicas: 3
`;
const deployment = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1.0"}]}
`;

withKubectls('admission policies', ({ path }) => {
  let plane: ControlPlane;
  let count = 0;
  const namespace = () => `policies-${count}`;
  const { run, both, kubectl, get } = typedKubectl(path, () => plane.api.kubeconfig, namespace);
  const refusal = async (line: string, input: string): Promise<string> => {
    const { code, stderr } = await run(line, input);
    expect(code, `kubectl ${line}`).not.toBe(0);
    return stderr;
  };

  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterAll(() => plane.close());
  beforeEach(async () => {
    count += 1;
    await kubectl(`create namespace ${namespace()}`);
    await expect.poll(() => run(['get', 'serviceaccount', 'default'])).toMatchObject({ code: 0 });
  });

  it('are applied, listed, explained, and refuse what they say', async () => {
    await kubectl('apply -f -', `${replicaLimit(namespace())}---${limitBinding(namespace())}`);
    expect(await kubectl(`get validatingadmissionpolicy ${namespace()}.example.com --no-headers`)).toMatch(
      /^policies-\d+\.example\.com\s+1\s+<unset>\s+/,
    );
    expect(await kubectl(`get validatingadmissionpolicybinding ${namespace()}-binding.example.com`)).toMatch(
      /^NAME\s+POLICYNAME\s+PARAMREF\s+AGE\n/,
    );
    expect(await refusal('apply -f -', deployment(6))).toContain(
      `The deployments "web" is invalid: : ValidatingAdmissionPolicy '${namespace()}.example.com' with binding '${namespace()}-binding.example.com' denied request: object.spec.replicas must be no greater than 5`,
    );
    await kubectl('apply -f -', deployment(5));
    const explained = await kubectl('explain validatingadmissionpolicy.spec.validations');
    expect(explained).toMatch(/messageExpression\s+<string>/);
  });

  it('warn, where the binding says so', async () => {
    await kubectl('apply -f -', `${replicaLimit(namespace())}---${limitBinding(namespace(), '', 'Warn, Audit')}`);
    const { stderr } = await both('create -f -', deployment(6));
    expect(stderr).toContain(
      `Warning: Validation failed for ValidatingAdmissionPolicy '${namespace()}.example.com' with binding '${namespace()}-binding.example.com': object.spec.replicas must be no greater than 5`,
    );
  });

  it('read parameters from a custom resource', async () => {
    await kubectl('apply -f -', limitKind);
    await kubectl('wait --for=condition=Established crd/replicalimits.rules.example.com');
    await expect.poll(() => run(['get', 'replicalimits'])).toMatchObject({ code: 0 });
    await kubectl('apply -f -', limit);
    const paramKind = 'paramKind: {apiVersion: rules.example.com/v1, kind: ReplicaLimit}';
    const paramRef = 'paramRef: {name: replica-limit-test, parameterNotFoundAction: Deny}';
    const policy = replicaLimit(namespace(), paramKind, 'object.spec.replicas <= params.maxReplicas');
    await kubectl('apply -f -', `${policy}---${limitBinding(namespace(), paramRef)}`);
    expect(await refusal('apply -f -', deployment(4))).toContain('object.spec.replicas must be no greater than 3');
    await kubectl('patch replicalimit replica-limit-test --type=merge -p {"maxReplicas":4}');
    await kubectl('apply -f -', deployment(4));
    await kubectl('delete replicalimit replica-limit-test');
    expect(await refusal('apply -f -', deployment(5))).toContain(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
  });

  it('say in their status what their types are wrong about', async () => {
    await kubectl('apply -f -', replicaLimit(namespace(), '', "object.spec.replicas > '1'"));
    const warnings = () => get(`validatingadmissionpolicy ${namespace()}.example.com`, '.status.typeChecking');
    await expect.poll(warnings).toContain("found no matching overload for '_\\u003e_' applied to '(int, string)'");
    expect(await kubectl(`describe validatingadmissionpolicy ${namespace()}.example.com`)).toContain(
      'Field Ref:  spec.validations[0].expression',
    );
  });

  it('are refused where they do not compile', async () => {
    expect(await refusal('apply -f -', replicaLimit(namespace(), '', 'object.spec.replicas <='))).toContain(
      'spec.validations[0].expression: Invalid value: "object.spec.replicas <=": compilation failed: ERROR: <input>:1:24: Syntax error',
    );
  });

  it('change what is written, with parameters from a config map', async () => {
    await kubectl('create configmap mesh --from-literal=image=mesh/proxy:v1.0.0');
    await kubectl('apply -f -', sidecar(namespace()));
    expect(await kubectl(`get mutatingadmissionpolicy sidecar-${namespace()}.example.com --no-headers`)).toMatch(
      /^sidecar-policies-\d+\.example\.com\s+2\s+v1\/ConfigMap\s+/,
    );
    await kubectl('run web --image=web:1.0');
    expect(await get('pod web', '.spec.initContainers[*].image')).toBe('mesh/proxy:v1.0.0');
    expect(await get('pod web', '.metadata.annotations')).toContain('"example.com/mesh":"mesh/proxy:v1.0.0"');
    await kubectl('delete configmap mesh');
    expect(await refusal('run late --image=web:1.0', '')).toContain(
      `policy 'sidecar-${namespace()}.example.com' with binding 'sidecar-${namespace()}.example.com' denied request: failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
    expect(await kubectl('explain mutatingadmissionpolicy.spec.mutations')).toMatch(/applyConfiguration\s+</);
  });
});

/** Who may do what, as people set it up and ask about it with every kubectl of this machine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKubectl } from '../cluster/kubectl.ts';
import { withKubectls } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane({ nodes: {} });
});
afterAll(async () => {
  await cluster.close();
});

withKubectls('access', ({ path, version }) => {
  const minor = Number(version.split('.')[1]);
  const suffix = version.replaceAll('.', '-');
  const namespace = `access-${suffix}`;
  /** Of objects without a namespace, which all kubectls share. */
  const own = (name: string) => `${name}-${suffix}`;
  const { env, run, kubectl } = typedKubectl(
    path,
    () => cluster.api.kubeconfig,
    () => namespace,
  );
  const refused = async (line: string, input = ''): Promise<string> => {
    const { code, stdout, stderr } = await run(line, input);
    expect(code, `kubectl ${line}`).toBe(1);
    return stderr + stdout;
  };
  /** The lines of a table, each with one space between its columns. */
  const table = async (line: string): Promise<string[]> =>
    (await kubectl(line))
      .trimEnd()
      .split('\n')
      .map((each) => each.trimEnd().replace(/ {2,}/g, ' '));

  beforeAll(async () => {
    await kubectl(`create namespace ${namespace}`);
    await kubectl('create serviceaccount reader');
  });

  describe('roles and bindings', () => {
    it('are created, listed and described', async () => {
      expect(await kubectl('create role pod-reader --verb=get,list --resource=pods,pods/log')).toBe(
        'role.rbac.authorization.k8s.io/pod-reader created\n',
      );
      await kubectl(
        'create rolebinding readers --role=pod-reader --user=jane --group=dev --serviceaccount=default:bot',
      );
      await kubectl(`create clusterrole ${own('metrics')} --verb=get --non-resource-url=/metrics,/metrics/*`);
      await kubectl(`create clusterrolebinding ${own('metrics')} --clusterrole=${own('metrics')} --user=jane`);
      expect(await table('get roles')).toEqual(['NAME CREATED AT', expect.stringMatching(/^pod-reader \d{4}-.*Z$/)]);
      expect(await table('get rolebinding -o wide')).toEqual([
        'NAME ROLE AGE USERS GROUPS SERVICEACCOUNTS',
        expect.stringMatching(/^readers Role\/pod-reader \d+s jane dev default\/bot$/),
      ]);
      expect(await table('describe role pod-reader')).toEqual([
        'Name: pod-reader',
        'Labels: <none>',
        'Annotations: <none>',
        'PolicyRule:',
        ' Resources Non-Resource URLs Resource Names Verbs',
        ' --------- ----------------- -------------- -----',
        ' pods/log [] [] [get list]',
        ' pods [] [] [get list]',
      ]);
      expect(await table('describe rolebinding readers')).toEqual([
        'Name: readers',
        'Labels: <none>',
        'Annotations: <none>',
        'Role:',
        ' Kind: Role',
        ' Name: pod-reader',
        'Subjects:',
        ' Kind Name Namespace',
        ' ---- ---- ---------',
        ' User jane',
        ' Group dev',
        ' ServiceAccount bot default',
      ]);
      expect(await kubectl(`describe clusterrole ${own('metrics')}`)).toMatch(/\[\/metrics\/\*\] +\[\] +\[get\]/);
      expect(await kubectl(`describe clusterrolebinding ${own('metrics')}`)).toMatch(/Kind: +ClusterRole\n/);
    });

    it('keep the role that a binding refers to', async () => {
      const patch = '{"roleRef":{"name":"other"}}';
      expect(await refused(`patch rolebinding readers --type=merge -p ${patch}`)).toContain(
        'The RoleBinding "readers" is invalid: roleRef: Invalid value:',
      );
      expect(await refused(`patch rolebinding readers --type=merge -p ${patch}`)).toContain('cannot change roleRef');
    });

    it('are explained', async () => {
      expect(await kubectl('explain rolebinding.roleRef.kind')).toContain('FIELD');
      expect(await kubectl('explain clusterrole.aggregationRule --recursive')).toContain('clusterRoleSelectors');
    });

    it('gather others, and are filled at once', async () => {
      await kubectl(`create clusterrole ${own('whole')} --aggregation-rule=part-of=${own('whole')}`);
      const part = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
      const metadata = { name: own('part'), labels: { 'part-of': own('whole') } };
      const rules = [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }];
      await kubectl('apply -f -', JSON.stringify({ ...part, metadata, rules }));
      await expect
        .poll(() => kubectl(`get clusterrole ${own('whole')} -o jsonpath={.rules[*].resources}`))
        .toBe('["widgets"]');
    });
  });

  describe('auth can-i', () => {
    const mayNot = async (line: string) => expect(await refused(`auth can-i ${line}`)).toMatch(/^no/m);
    const may = async (line: string) => expect(await kubectl(`auth can-i ${line}`)).toBe('yes\n');
    const robot = `--as=system:serviceaccount:${namespace}:reader`;

    it('answers for an administrator, for others and for their groups', async () => {
      await may('delete namespaces');
      await may('list pods --as=jane');
      await may('get pods/log --as=jane');
      await may('list pods --as=nobody --as-group=dev');
      await mayNot('delete pods --as=jane');
      await mayNot('list pods --as=jane -n default');
      await mayNot(`list pods ${robot}`);
      await may('get /metrics/slis --as=jane');
      await mayNot('get /logs --as=jane');
      await kubectl(`create rolebinding robots --clusterrole=view --serviceaccount=${namespace}:reader`);
      await expect.poll(async () => (await run(`auth can-i list pods ${robot}`)).stdout).toBe('yes\n');
      await mayNot(`get secrets ${robot}`);
    });

    it('lists all that somebody may do', async () => {
      const lines = await table('auth can-i --list --as=jane');
      expect(lines[0]).toBe('Resources Non-Resource URLs Resource Names Verbs');
      expect(lines).toEqual(
        expect.arrayContaining(['pods [] [] [get list]', 'pods/log [] [] [get list]', ' [/metrics] [] [get]']),
      );
      expect(await table('auth can-i --list')).toContain('*.* [] [] [*]');
    });

    const before28 = minor < 28 ? 'kubectl before 1.28 has no auth whoami' : undefined;
    unless(before28).test('and whoami say who one is', async () => {
      expect(await table('auth whoami')).toEqual(
        expect.arrayContaining(['Username kubernetes-admin', expect.stringMatching(/^Groups \[system:masters/)]),
      );
      expect(await table('auth whoami --as=jane --as-group=dev')).toEqual(
        expect.arrayContaining(['Username jane', 'Groups [dev system:authenticated]']),
      );
    });
  });

  it('auth reconcile adds what is missing, and makes a binding of another role anew', async () => {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const role = (...verbs: string[]) => ({
      apiVersion,
      kind: 'Role',
      metadata: { name: 'kept', namespace },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
    });
    const binding = (name: string, ...users: string[]) => ({
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'kept', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: users.map((user) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user })),
    });
    const reconcile = (...objects: object[]) =>
      kubectl('auth reconcile -f -', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await reconcile(role('get'), binding('kept', 'jane'));
    await reconcile(role('list'), binding('kept', 'john'));
    expect(await kubectl('get role kept -o jsonpath={.rules[*].verbs}')).toBe('["get"] ["list"]');
    expect(await kubectl('get rolebinding kept -o jsonpath={.subjects[*].name}')).toBe('jane john');
    await reconcile(binding('other', 'ann'));
    expect(await kubectl('get rolebinding kept -o jsonpath={.roleRef.name}')).toBe('other');
  });

  it('who grants more than they have is told what', async () => {
    await kubectl('create role writers --verb=create,get --resource=roles,rolebindings');
    await kubectl('create rolebinding writers --role=writers --user=mary');
    expect(await refused('create role more --verb=get --resource=secrets --as=mary')).toContain(
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "mary" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    );
    expect(await refused('create rolebinding more --clusterrole=admin --user=mary --as=mary')).toContain(
      'is attempting to grant RBAC permissions not currently held',
    );
  });

  it('a token of a service account may do what its role says and no more', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name: 'scoped', annotations: { 'kubernetes.io/service-account.name': 'scoped' } },
    };
    await kubectl('create serviceaccount scoped');
    await kubectl(`create rolebinding token --role=pod-reader --serviceaccount=${namespace}:scoped`);
    await kubectl('apply -f -', JSON.stringify(secret));
    const read = () => kubectl('get secret scoped -o jsonpath={.data.token}');
    await expect.poll(read).not.toBe('');
    const token = Buffer.from(await read(), 'base64').toString();
    const as = (line: string) =>
      runKubectl(
        path,
        [
          `--server=${cluster.api.url}`,
          '--insecure-skip-tls-verify',
          `--token=${token}`,
          '-n',
          namespace,
          ...line.split(' '),
        ],
        { ...env(), KUBECONFIG: '/none' },
      );
    expect(await as('get pods')).toMatchObject({ code: 0 });
    expect(await as('get deployments')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `deployments.apps is forbidden: User "system:serviceaccount:${namespace}:scoped" cannot list resource "deployments" in API group "apps" in the namespace "${namespace}"`,
      ),
    });
    expect((await as('get pods -n default')).stderr).toContain('in the namespace "default"');
    expect((await as('get pods --as=jane')).stderr).toContain(
      `users "jane" is forbidden: User "system:serviceaccount:${namespace}:scoped" cannot impersonate resource "users" in API group "" at the cluster scope`,
    );
  });
});

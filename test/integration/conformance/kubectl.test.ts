/**
 * What upstream asks of kubectl on replication controllers and their pods, on simulated nodes.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/kubectl/kubectl.go
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster } from '../../cluster/harness.ts';
import { noKubectl } from '../../obstacles.ts';
import { unless } from '../../unless.ts';

const cluster = new TestCluster('conformance');
cluster.env.SKIFF_ENGINE = 'none';
const kubectl = (line: string, input = ''): Promise<string> => cluster.kubectl(line.split(' '), { input });
const apply = (...objects: object[]): Promise<string> =>
  kubectl('create -f -', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
const namesOf = async (selector: string): Promise<string[]> =>
  (await kubectl(`get pods -l ${selector} -o jsonpath={.items[*].metadata.name}`)).split(' ').filter(Boolean);
const running = (selector: string) => async (): Promise<number> =>
  (await kubectl(`get pods -l ${selector} --field-selector=status.phase=Running -o name`)).split('\n').length - 1;

const controller = (name: string, labels: Record<string, string>, replicas: number, port = 6379) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name, labels },
  spec: {
    replicas,
    selector: labels,
    template: {
      metadata: { labels },
      spec: { containers: [{ name, image: 'agnhost:2', ports: [{ containerPort: port }] }] },
    },
  },
});

/** One line for each list of words, which begins with the first and has the others in their order. */
function expectLines(text: string, lines: readonly (readonly string[])[]): void {
  const said = text.split('\n').map((line) => line.trim());
  for (const [first = '', ...others] of lines) {
    const line = said.find((each) => each.startsWith(first) && others.every((word) => each.includes(word)));
    expect(line, `${first} ${others.join(' ')} in\n${text}`).toBeDefined();
  }
}

const suite = unless(noKubectl).describe;
suite('Kubectl client', () => {
  beforeAll(() => cluster.start('--runtime', 'simulated', '--wait'));
  afterAll(() => cluster.delete());

  const primary = { app: 'agnhost', role: 'primary' };
  const selector = 'app=agnhost,role=primary';

  it('Kubectl describe should check if kubectl describe prints relevant information for rc and pods', async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'agnhost-primary', labels: primary },
      spec: { selector: primary, ports: [{ port: 6379, targetPort: 6379 }] },
    };
    await apply(controller('agnhost-primary', primary, 1), service);
    await expect.poll(running(selector)).toBe(1);
    const [pod = ''] = await namesOf(selector);
    expectLines(await kubectl(`describe pod ${pod}`), [
      ['Name:', 'agnhost-primary-'],
      ['Namespace:', 'default'],
      ['Node:'],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Status:', 'Running'],
      ['IP:'],
      ['Controlled By:', 'ReplicationController/agnhost-primary'],
      ['Image:', 'agnhost:2'],
      ['State:', 'Running'],
      ['QoS Class:', 'BestEffort'],
    ]);
    expectLines(await kubectl('describe rc agnhost-primary'), [
      ['Name:', 'agnhost-primary'],
      ['Namespace:', 'default'],
      ['Selector:', selector],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Replicas:', '1 current', '1 desired'],
      ['Pods Status:', '1 Running', '0 Waiting', '0 Succeeded', '0 Failed'],
      ['Pod Template:'],
      ['Image:', 'agnhost:2'],
      ['Events:'],
      ['Normal', 'SuccessfulCreate', `Created pod: ${pod}`],
    ]);
    expectLines(await kubectl('describe service agnhost-primary'), [
      ['Labels:', 'app=agnhost'],
      ['Annotations:'],
      ['Selector:', selector],
      ['Type:', 'ClusterIP'],
      ['IP:'],
      ['Port:', '<unset>', '6379/TCP'],
      ['Endpoints:', ':6379'],
      ['Session Affinity:', 'None'],
    ]);
    const node = await kubectl('get nodes -o jsonpath={.items[0].metadata.name}');
    expectLines(await kubectl(`describe node ${node}`), [
      ['Name:', node],
      ['Labels:'],
      ['Annotations:'],
      ['CreationTimestamp:'],
      ['Conditions:'],
      ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'],
      ['Addresses:'],
      ['Capacity:'],
      ['Kernel Version:'],
      ['OS Image:'],
      ['Container Runtime Version:'],
      ['Kubelet Version:'],
      ['Non-terminated Pods:'],
    ]);
    expectLines(await kubectl('describe namespace default'), [
      ['Name:', 'default'],
      ['Labels:'],
      ['Status:', 'Active'],
    ]);
  });

  it('Kubectl patch should add annotations for pods in rc', async () => {
    for (const pod of await namesOf(selector)) {
      await kubectl(`patch pod ${pod} -p {"metadata":{"annotations":{"x":"y"}}}`);
    }
    expect(await kubectl(`get pods -l ${selector} -o jsonpath={.items[*].metadata.annotations.x}`)).toBe('y');
    await kubectl('delete rc,service agnhost-primary');
  });

  it('Kubectl label should update the label on a resource', async () => {
    await kubectl('run pause --image=pause:3.9');
    await kubectl('wait --for=condition=Ready pod/pause --timeout=60s');
    await kubectl('label pods pause testing-label=testing-label-value');
    expect(await kubectl('get pod pause -L testing-label')).toContain('testing-label-value');
    await kubectl('label pods pause testing-label-');
    expect(await kubectl('get pod pause -L testing-label')).not.toContain('testing-label-value');
    await kubectl('delete pod pause --grace-period=0 --force');
  });

  describe('Update Demo', () => {
    const labels = { name: 'update-demo', version: 'nautilus' };
    const demo = 'name=update-demo';
    const isUp =
      'go-template={{range .items}}{{range .status.containerStatuses}}{{if .state.running}}{{.image}} {{end}}{{end}}{{end}}';
    const imagesOf = async (): Promise<string[]> =>
      (await cluster.kubectl(['get', 'pods', '-l', demo, '-o', isUp])).split(' ').filter(Boolean);
    const undeleted =
      'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}} {{end}}{{end}}';
    const stop = async (): Promise<void> => {
      await kubectl('delete rc update-demo-nautilus --grace-period=0 --force');
      expect(await kubectl(`get rc,svc -l ${demo} --no-headers`)).toBe('');
      await expect.poll(() => cluster.kubectl(['get', 'pods', '-l', demo, '-o', undeleted])).toBe('');
    };

    it('should create and stop a replication controller', async () => {
      await apply(controller('update-demo-nautilus', labels, 2, 80));
      await expect.poll(imagesOf).toEqual(['agnhost:2', 'agnhost:2']);
      await stop();
    });

    it('should scale a replication controller', async () => {
      await apply(controller('update-demo-nautilus', labels, 2, 80));
      await expect.poll(imagesOf).toHaveLength(2);
      expect(await kubectl('scale rc update-demo-nautilus --replicas=1 --timeout=5m')).toMatch(/scaled/);
      await expect.poll(async () => (await namesOf(demo)).length).toBe(1);
      await kubectl('scale rc update-demo-nautilus --replicas=2 --timeout=5m');
      await expect.poll(imagesOf).toHaveLength(2);
      await stop();
    });
  });
});

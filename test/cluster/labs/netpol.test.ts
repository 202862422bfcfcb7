import { describe, expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import type { KubectlBinary } from '../kubectl.ts';
import { eventually, useLab } from '../lab.ts';

/** Deny for all pods of the namespace, in one direction. */
const denyAll = (name: string, type: 'Ingress' | 'Egress', more = '') =>
  `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"${name}"},` +
  `"spec":{"podSelector":{"matchLabels":{"app":"web"}},"policyTypes":["${type}"]${more}}}`;

const netpolLab = (binary: KubectlBinary): void => {
  const lab = useLab('netpol', binary);

  const ip = (pod: string) => lab.kubectl(['get', 'pod', pod, '-o', 'jsonpath={.status.podIP}']);
  /** Whether a new connection from one pod to a service or an address comes through. */
  const reaches = async (from: string, to: string): Promise<boolean> => {
    const { code } = await lab.run(['exec', from, '-c', 'main', '--', 'timeout', '2', 'wget', '-qO-', `http://${to}/`]);
    return code === 0;
  };
  const whoReaches = async (to: string): Promise<string[]> => {
    const names = ['friend', 'stranger'];
    const answers = await Promise.all(names.map((name) => reaches(name, to)));
    return names.filter((_name, index) => answers[index]);
  };
  const apply = (manifest: string) => lab.kubectl('apply -f -', { input: manifest });
  const client = (name: string, labels: string) =>
    lab.kubectl(
      `run ${name} --image=busybox:1 --labels=${labels} --restart=Never --overrides={"spec":{"containers":[{"name":"main","image":"busybox:1","command":["sleep","3600"]}]}}`,
    );

  test('without a policy everybody reaches the pod', { concurrent: false }, async () => {
    await Promise.all([
      lab.kubectl('run web --image=web:1.0 --labels=app=web --restart=Never'),
      client('friend', 'access=yes'),
      client('stranger', 'access=no'),
    ]);
    await lab.kubectl('expose pod web --port=80');
    await lab.ready('pod --all');
    await eventually(async () => expect(await whoReaches('web')).toEqual(['friend', 'stranger']));
  });

  test('only pods with the label reach it, through its service and by its address', { concurrent: false }, async () => {
    expect(await lab.apply('netpol.yaml')).toBe('networkpolicy.networking.k8s.io/web-allow created\n');
    await eventually(async () => expect(await whoReaches('web')).toEqual(['friend']));
    expect(await whoReaches(await ip('web'))).toEqual(['friend']);
    await lab.kubectl('label pod stranger access=yes --overwrite');
    await eventually(async () => expect(await whoReaches('web')).toEqual(['friend', 'stranger']));
    await lab.kubectl('label pod stranger access=no --overwrite');
    await eventually(async () => expect(await whoReaches('web')).toEqual(['friend']));
    expect(await lab.kubectl('describe networkpolicy web-allow')).toMatch(
      /Allowing ingress traffic:\s+To Port: 80\/TCP\s+From:\s+PodSelector: access=yes/,
    );
  });

  test('a default deny lets nobody in, and a namespace selector whole namespaces', { concurrent: false }, async () => {
    await lab.kubectl('delete networkpolicy web-allow');
    await apply(denyAll('deny', 'Ingress'));
    await eventually(async () => expect(await whoReaches('web')).toEqual([]));
    const own = `{"matchLabels":{"kubernetes.io/metadata.name":"${lab.namespace}"}}`;
    await apply(denyAll('own', 'Ingress', `,"ingress":[{"from":[{"namespaceSelector":${own}}]}]`));
    await eventually(async () => expect(await whoReaches('web')).toEqual(['friend', 'stranger']));
    await lab.kubectl('delete networkpolicy deny own');
  });

  test('an egress rule says where to; without one the pod reaches nobody, and answers all the same', {
    concurrent: false,
  }, async () => {
    const reachesDns = async () => {
      const { code } = await lab.run([
        'exec',
        'friend',
        '-c',
        'main',
        '--',
        'timeout',
        '2',
        'nslookup',
        `web.${lab.namespace}.svc.cluster.local`,
      ]);
      return code === 0;
    };
    const ofFriend = denyAll('out', 'Egress').replace('"app":"web"', '"access":"yes"');
    await apply(ofFriend);
    await eventually(async () => expect(await reaches('friend', await ip('web'))).toBe(false));
    expect(await reachesDns()).toBe(false);
    const dns =
      '{"to":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":53}]}';
    const web = '{"to":[{"podSelector":{"matchLabels":{"app":"web"}}}]}';
    await apply(ofFriend.replace('"policyTypes"', `"egress":[${dns},${web}],"policyTypes"`));
    await eventually(async () => expect(await reaches('friend', 'web')).toBe(true));
    await lab.kubectl('delete networkpolicy out');
  });
};

// Most of it waits for what does not get through.
withKubectls('lab netpol', netpolLab, describe.concurrent);

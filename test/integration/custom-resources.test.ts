/**
 * Custom resources as people make and use them, with every kubectl of this machine, and with the controllers at work.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withKubectls } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

const definition = (group: string) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
    additionalPrinterColumns:
    - {name: Spec, type: string, description: When it runs, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    schema:
      openAPIV3Schema:
        type: object
        description: A table of jobs.
        properties:
          spec:
            type: object
            properties:
              cronSpec: {type: string, description: When it runs.}
              image: {type: string, default: busybox}
              replicas: {type: integer, minimum: 0, maximum: 10}
          status: {type: object, properties: {replicas: {type: integer}}}
`;
const cron = (group: string, spec: string) => `
apiVersion: ${group}/v1
kind: CronTab
metadata: {name: mine}
spec: ${spec}
`;

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(async () => {
  await plane.close();
});

withKubectls('custom resources', ({ path, version }) => {
  const group = `${version.replace(/[^a-z0-9]/gi, '-').toLowerCase()}.example.com`;
  const { run, kubectl } = typedKubectl(path, () => plane.api.kubeconfig);
  const crontab = `crontabs.${group}`;

  it('are defined, made, printed, explained, scaled, patched and gone with their definition', async () => {
    expect(await kubectl('apply -f -', definition(group))).toContain(`${crontab} created`);
    await kubectl(`wait --for=condition=Established crd/${crontab} --timeout=20s`);
    expect(await kubectl('apply -f -', cron(group, '{cronSpec: "* * * * *", replicas: 2}'))).toContain('created');
    expect(await kubectl(`get ${crontab}`)).toMatch(/^NAME +SPEC +REPLICAS\nmine +\* \* \* \* \* +2\n$/);
    expect(await kubectl(`get ${crontab} mine -o jsonpath={.spec.image}`)).toBe('busybox');
    expect(await kubectl(`explain crontab.spec.cronSpec --api-version=${group}/v1`)).toContain('When it runs.');
    expect(await kubectl(`describe ${crontab} mine`)).toMatch(/Cron Spec:\s+\* \* \* \* \*/);
    await kubectl(`scale ${crontab}/mine --replicas=5`);
    expect(await kubectl(`get ${crontab} mine -o jsonpath={.spec.replicas}`)).toBe('5');
    const refused = await run('apply -f -', cron(group, '{replicas: 11}'));
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('spec.replicas in body should be less than or equal to 10'),
    ]);
    await kubectl(`apply --server-side --force-conflicts -f -`, cron(group, '{cronSpec: "1 * * * *"}'));
    expect(await kubectl(`get ${crontab} mine -o jsonpath={.spec.cronSpec}`)).toBe('1 * * * *');
    expect(await kubectl(`get crd ${crontab}`)).toMatch(/^NAME +CREATED AT\n/);
    await kubectl(`delete crd ${crontab} --timeout=20s`);
    expect((await run(`get ${crontab}`)).code).toBe(1);
  });

  it('go with their namespace and their owner', async () => {
    await kubectl('apply -f -', definition(group));
    await kubectl(`wait --for=condition=Established crd/${crontab} --timeout=20s`);
    await kubectl('create namespace brief');
    await kubectl('apply -n brief -f -', cron(group, '{cronSpec: "* * * * *"}'));
    await kubectl('delete namespace brief --timeout=30s');
    expect(await kubectl(`get ${crontab} -A --ignore-not-found -o name`)).toBe('');
    await kubectl(`delete crd ${crontab} --timeout=20s`);
  });
});

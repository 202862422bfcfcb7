import { expect, it } from 'vitest';
import { largeDefinition } from '../../fixtures/projects/gitops/large-definition.ts';
import { withKubectls } from '../../obstacles.ts';
import { applyProjects, freshPlane, serverSide } from './journey.ts';

withKubectls("projects on the server's side", (binary) => applyProjects(serverSide, binary));

withKubectls('large projects', (binary) => {
  const { run, kubectl, apply } = freshPlane(binary);

  it('a definition that its annotation would not hold is applied on the server alone', async () => {
    const text = JSON.stringify(largeDefinition('v1'));
    const refused = await run('apply -f -', text);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('is invalid: metadata.annotations: Too long: '),
    ]);
    expect(await apply('apply --server-side -f -', text)).toEqual([
      'customresourcedefinition.apiextensions.k8s.io/kustomizations.sync.example.com serverside-applied',
    ]);
    await kubectl('wait --for=condition=Established crd/kustomizations.sync.example.com');
    const next = JSON.stringify(largeDefinition('v2'));
    expect((await run('diff --server-side -f -', next)).code).toBe(1);
    await apply('apply --server-side -f -', next);
    expect((await run('diff --server-side -f -', next)).code).toBe(0);
    expect(await kubectl('explain kustomization.spec.section0.added')).toContain('Since v2.');
    await kubectl('replace -f -', next);
    await kubectl('delete -f -', next);
  });
});

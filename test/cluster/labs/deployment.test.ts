import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, page, useLab } from '../lab.ts';
import { startLoad } from '../load.ts';

withKubectls('lab deployment', (binary) => {
  const lab = useLab('deployment', binary);
  const finished = () => lab.kubectl('rollout status deployment/web --timeout=150s');
  const image = () => lab.kubectl('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}');

  test('the first rollout finishes and answers on localhost', async () => {
    await lab.apply('service.yaml');
    await lab.apply('deployment.yaml');
    expect(await finished()).toContain('deployment "web" successfully rolled out');
    expect(await lab.kubectl('get deployment web')).toMatch(/web +3\/3 +3 +3 +\d+s/);
    expect(await eventually(() => page(lab.port))).toContain('version 1');
  });

  test('rolling to the next version under load fails no request', async () => {
    const load = startLoad(lab.port, 200);
    await lab.kubectl('set image deployment/web web=web:2.0');
    await finished();
    await eventually(async () => expect(await lab.kubectl('get pods -o name')).toMatch(/^(pod\/\S+\n){3}$/), 60);
    const result = await load.stop();
    expect(result.failures).toEqual([]);
    expect([...result.answers.keys()].join()).toMatch(/version 2/);
    expect(result.sent).toBeGreaterThan(100);
    await eventually(async () => expect(await page(lab.port)).toContain('version 2'));
  });

  test('history, undo, and undo to a revision', async () => {
    expect(await lab.kubectl('rollout history deployment/web')).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/);
    await lab.kubectl('rollout undo deployment/web');
    await finished();
    expect(await image()).toBe('web:1.0');
    await lab.kubectl('rollout undo deployment/web --to-revision=2');
    await finished();
    expect(await image()).toBe('web:2.0');
    expect(await lab.kubectl('rollout history deployment/web')).toMatch(/\n3 +<none>\n4 +<none>/);
  });

  test('a paused rollout waits for resume', async () => {
    await lab.kubectl('rollout pause deployment/web');
    await lab.kubectl('set image deployment/web web=web:1.0');
    expect((await lab.run('rollout undo deployment/web')).stderr).toContain('paused');
    await eventually(async () => expect(await page(lab.port)).toContain('version 2'));
    await lab.kubectl('rollout resume deployment/web');
    await finished();
    await eventually(async () => expect(await page(lab.port)).toContain('version 1'));
  });

  test('scale goes up and down', async () => {
    await lab.kubectl('scale deployment/web --replicas=5');
    await finished();
    expect(await lab.kubectl('get deployment web')).toMatch(/web +5\/5/);
    await lab.kubectl('scale deployment/web --replicas=2');
    await eventually(async () => expect(await lab.kubectl('get deployment web')).toMatch(/web +2\/2 +2 +2 /));
  });

  test('a broken image leaves the old pods serving and the rollout waiting', async () => {
    await lab.kubectl('set image deployment/web web=web:broken');
    await eventually(async () =>
      expect(await lab.kubectl('get pods')).toMatch(/0\/1 +(ErrImagePull|ImagePullBackOff)/),
    );
    const waiting = await lab.run('rollout status deployment/web --timeout=3s');
    expect(waiting.code).toBe(1);
    expect(waiting.stdout).toContain(
      'Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated',
    );
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => page(lab.port)));
      expect(answers.every((answer) => answer.includes('version 1'))).toBe(true);
    });
  });
});

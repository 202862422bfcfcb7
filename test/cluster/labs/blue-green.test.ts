import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, page, useLab } from '../lab.ts';

withKubectls('lab blue-green', (binary) => {
  const lab = useLab('blue-green', binary);
  const select = (release: string) =>
    lab.kubectl(['patch', 'service', 'web', '-p', JSON.stringify({ spec: { selector: { app: 'web', release } } })]);
  /** The versions that answer twenty connections. */
  const versions = async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => page(lab.port)));
    return [...new Set(answers.map((answer) => /version \d/.exec(answer)?.[0]))];
  };

  test('the selector of the service decides which version answers, at once', async () => {
    await lab.apply('blue-green.yaml');
    await lab.apply('service.yaml');
    await lab.kubectl('rollout status deployment/web-blue --timeout=120s');
    await lab.kubectl('rollout status deployment/web-green --timeout=120s');

    await select('blue');
    await eventually(async () => expect(await versions()).toEqual(['version 1']), 20);
    await select('green');
    await eventually(async () => expect(await versions()).toEqual(['version 2']), 20);
    await select('blue');
    await eventually(async () => expect(await versions()).toEqual(['version 1']), 20);
  });
});

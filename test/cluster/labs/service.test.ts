import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, page, useLab } from '../lab.ts';

withKubectls('lab service', (binary) => {
  const lab = useLab('service', binary);

  test('a NodePort answers on localhost', async () => {
    await lab.apply('pod.yaml');
    expect(await lab.apply('service.yaml')).toBe('service/web created\n');
    await lab.ready('pod/web-pod');
    expect(await eventually(() => page(lab.port))).toContain('version 1');
    expect(await lab.kubectl('get service web')).toMatch(/web +NodePort +10\.\d+\.\d+\.\d+ +<none> +80:\d+\/TCP/);
    await eventually(async () => expect(await lab.kubectl('get endpoints web')).toMatch(/web +10\.244\.\d+\.\d+:80/));
  });

  test('without its pod the service remains, has no endpoints, and answers no more', async () => {
    await lab.kubectl('delete pod web-pod');
    await eventually(async () => expect(await lab.kubectl('get endpoints web')).toMatch(/web +<none>/));
    await eventually(() => expect(page(lab.port)).rejects.toThrow());
    expect(await lab.kubectl('get service web -o name')).toBe('service/web\n');
  });

  test('a deleted service leaves localhost', async () => {
    await lab.apply('pod.yaml');
    await lab.ready('pod/web-pod');
    await eventually(() => page(lab.port));
    await lab.kubectl('delete service web');
    await eventually(() => expect(page(lab.port)).rejects.toThrow('ECONNREFUSED'));
  });
});

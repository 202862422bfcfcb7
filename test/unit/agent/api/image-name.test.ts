import { expect, test } from 'vitest';
import { engineImageName, fullImageName } from '../../../../agent/api/image-name.ts';

const digest = `sha256:${'0'.repeat(64)}`;

test.each([
  ['nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27'],
  ['library/nginx', 'docker.io/library/nginx:latest', 'library/nginx:latest'],
  ['bitnami/redis:7', 'docker.io/bitnami/redis:7', 'bitnami/redis:7'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest', 'docker.io/nginx:latest'],
  ['docker.io/library/nginx:latest', 'docker.io/library/nginx:latest', 'docker.io/library/nginx:latest'],
  ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest', 'index.docker.io/library/nginx:latest'],
  ['localhost/web', 'localhost/web:latest', 'localhost/web:latest'],
  ['localhost:5000/web', 'localhost:5000/web:latest', 'localhost:5000/web:latest'],
  ['quay.io/a/b/c:v1', 'quay.io/a/b/c:v1', 'quay.io/a/b/c:v1'],
  ['Registry/a', 'Registry/a:latest', 'Registry/a:latest'],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`, `nginx@${digest}`],
  [`localhost:5000/web:1@${digest}`, `localhost:5000/web@${digest}`, `localhost:5000/web@${digest}`],
])('%s is %s, and an engine is asked for %s', (image, full, forEngine) => {
  expect([fullImageName(image), engineImageName(image)]).toEqual([full, forEngine]);
});

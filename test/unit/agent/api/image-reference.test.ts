import { expect, test } from 'vitest';
import { referenceFault } from '../../../../agent/api/image-reference.ts';

test.each([
  'busybox',
  'web:1.0',
  'library/nginx:1.27-alpine',
  'localhost:5000/a/b_c:v1',
  'Registry.Example.com/a/b',
  `a/b@sha256:${'0'.repeat(64)}`,
  `a/b:1@sha256:${'0'.repeat(64)}`,
  '[::1]:5000/a',
])('%s is the name of an image', (image) => {
  expect(referenceFault(image)).toBeUndefined();
});

test.each([
  ['', 'invalid reference format'],
  ['a b', 'invalid reference format'],
  ['web:', 'invalid reference format'],
  ['a//b', 'invalid reference format'],
  ['UPPER:x', 'invalid reference format: repository name (library/UPPER) must be lowercase'],
  ['reg.io/Team/App', 'invalid reference format: repository name (Team/App) must be lowercase'],
  ['a'.repeat(256), 'repository name must not be more than 255 characters'],
])('%j is not', (image, fault) => {
  expect(referenceFault(image)).toBe(fault);
});

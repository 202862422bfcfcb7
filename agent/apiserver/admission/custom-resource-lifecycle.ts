/**
 * Nothing is created of a kind whose definition is being deleted.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/customresource_handler.go
 * (ServeHTTP)
 */
import { customResourceDefinitions } from '../../api/apiextensions/custom-resource-definition.ts';
import { resourceOf } from '../../api/kind.ts';
import { notWhileTerminating } from '../errors.ts';
import type { AdmissionStep } from './step.ts';

export const customResourceLifecycle: AdmissionStep = {
  name: 'CustomResourceLifecycle',
  operations: ['create'],
  resources: ['*'],
  check: ({ kind }, { storage }) => {
    const definition = storage.find(customResourceDefinitions, '', resourceOf(kind));
    if (definition?.object.metadata.deletionTimestamp) throw notWhileTerminating('create');
  },
};

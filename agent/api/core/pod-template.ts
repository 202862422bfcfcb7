import { column, formatLabels, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { containerColumns } from '../template-columns.ts';
import type { PodTemplate } from '../types.ts';
import { validatePodTemplate } from '../validation/pod-template.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { isNews, podTemplateWarnings } from './pod-warnings.ts';

export const podTemplates = defineKind<PodTemplate>({
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.PodTemplate' }],
  hasGeneration: true,
  deletionAnswer: 'object',
  columns: [
    nameColumn,
    ...containerColumns<PodTemplate>(({ template }) => template, { wide: false }),
    column('Pod Labels', 'The labels for the pod template.', ({ template }) =>
      formatLabels(template?.metadata?.labels),
    ),
  ],
  default(object) {
    object.template = defaultTemplate(object.template);
  },
  validate: ({ template }) => validatePodTemplate('template', template ?? {}),
  warn: (object, old) => (isNews(object, old) ? podTemplateWarnings('template', object.template) : []),
});

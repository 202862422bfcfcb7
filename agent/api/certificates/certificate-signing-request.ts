/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/certificates/certificates/strategy.go */
import { ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { humanDuration } from '../duration.ts';
import { forbidden, invalid } from '../field-errors.ts';
import { type FieldError, partVerbs, type Validator } from '../kind.ts';
import type { CertificateSigningRequest } from '../types.ts';
import { keepDecisions, validateConditions, validateLasting, validateUndecided, withTimes } from './conditions.ts';
import { validateCertificate, validateContent } from './content.ts';

type Request = CertificateSigningRequest;

const shortest = 600;

function validateRequest({ spec, status }: Request, old: Request | undefined): FieldError[] {
  const { expirationSeconds: seconds } = spec;
  const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
  return [
    ...(old ? [] : validateContent({ spec, status } as Request)),
    ...(seconds !== undefined && seconds < shortest ? [invalid('spec.expirationSeconds', seconds, detail)] : []),
    ...validateConditions({ spec, status } as Request, old),
    ...validateCertificate({ spec, status } as Request, old),
  ];
}

const certificate = 'status.certificate';

const validateNoCertificate = ({ status }: Request, old: Request): FieldError[] =>
  status?.certificate === old.status?.certificate
    ? []
    : [forbidden(certificate, 'updates may not set certificate content')];

const validateFirstCertificate = ({ status }: Request, old: Request): FieldError[] =>
  status?.certificate === old.status?.certificate || !old.status?.certificate
    ? []
    : [forbidden(certificate, 'updates may not modify existing certificate content')];

/** As `validate` of a subresource. */
const validateApproval = (request: Request, old: Request): FieldError[] => [
  ...validateRequest(request, old),
  ...validateLasting(request, old),
  ...validateNoCertificate(request, old),
];

function conditionOf({ status }: Request): string {
  const types = (status?.conditions ?? []).map(({ type }) => type);
  const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(types.includes('Failed') ? ['Failed'] : []), ...(status?.certificate ? ['Issued'] : [])].join(
    ',',
  );
}

export const certificateSigningRequests = defineKind<Request>({
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  namespaced: false,
  representations: [
    { group: 'certificates.k8s.io', version: 'v1', definition: 'io.k8s.api.certificates.v1.CertificateSigningRequest' },
  ],
  hasStatus: true,
  /** Any name will do. */
  checkName: () => [],
  subresources: [
    {
      name: 'approval',
      kind: 'CertificateSigningRequest',
      verbs: partVerbs,
      statusFields: ['conditions'],
      validate: validateApproval as Validator,
    },
  ],
  columns: [
    nameColumn,
    ageColumn,
    column('SignerName', 'Who is to sign the certificate.', ({ spec }) => orNone(spec.signerName)),
    column('Requestor', 'Who asks for it.', ({ spec }) => spec.username ?? ''),
    column('RequestedDuration', 'How long the certificate is to be valid.', ({ spec }) =>
      spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    ),
    column('Condition', 'Whether it is approved, denied or issued.', conditionOf),
  ],
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  default(request) {
    request.spec ??= { request: '', signerName: '' };
  },
  prepareForCreate(request) {
    request.status = {};
  },
  /** A request stays as it was made. */
  prepareForUpdate(request, old) {
    request.spec = old.spec;
  },
  prepareForStatusUpdate: keepDecisions,
  stamp(request, { user, now, subresource, old }) {
    if (!old) {
      const { username, uid: _uid, groups: _groups, extra: _extra, ...asked } = request.spec;
      request.spec = {
        ...asked,
        username: user.username,
        ...(user.uid ? { uid: user.uid } : {}),
        groups: [...user.groups],
        ...(user.extra
          ? { extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])) }
          : {}),
      };
    } else if (subresource !== '' && request.status?.conditions) {
      const conditions = withTimes(request.status.conditions, old.status?.conditions ?? [], now);
      request.status = { ...request.status, conditions };
    }
  },
  validate: (request, old) => [
    ...validateRequest(request, old),
    ...(old ? [...validateLasting(request, old), ...validateUndecided(request, old)] : []),
    ...(old ? validateNoCertificate(request, old) : []),
  ],
  validateStatus: (request, old) => [
    ...validateRequest(request, old),
    ...validateLasting(request, old),
    ...validateUndecided(request, old),
    ...validateFirstCertificate(request, old),
  ],
});

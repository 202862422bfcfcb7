/**
 * A document of version 2 as one of version 3, as far as that goes: what of another server is only there in the older
 * version.
 * https://github.com/kubernetes/kube-openapi/blob/master/pkg/openapiconv/convert.go
 */
import { isObject } from '../json/value.ts';
import type { DocumentPart } from './merge-v2.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsIn = (value: unknown): Fields => (isObject(value) ? value : {});
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textsIn = (value: unknown): string[] => listIn(value).map(String);

/** Without what is absent. */
const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function schemaOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string'
        ? each.replace('#/definitions/', '#/components/schemas/')
        : schemaOf(each),
    ]),
  );
}

/** The same in each of the media types; without any, in whichever the client likes. */
const contentOf = (schema: unknown, mediaTypes: readonly string[]): Fields =>
  Object.fromEntries(
    (mediaTypes.length > 0 ? mediaTypes : ['*/*']).map((type) => [type, { schema: schemaOf(schema) }]),
  );

const extensionsOf = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('x-')));

function parameterOf(parameter: Fields): Fields {
  const { name, in: place, description, required, allowEmptyValue, ...simple } = parameter;
  const schema = Object.fromEntries(Object.entries(simple).filter(([key]) => !key.startsWith('x-')));
  return present({ name, in: place, description, required, allowEmptyValue, schema, ...extensionsOf(parameter) });
}

const isBody = (parameter: Fields): boolean => parameter.in === 'body';

function bodyOf({ description, required, schema }: Fields, mediaTypes: readonly string[]): Fields {
  return present({ description, required, content: contentOf(schema, mediaTypes) });
}

function responseOf(response: Fields, mediaTypes: readonly string[]): Fields {
  const { description, schema, ...rest } = response;
  return present({
    description,
    ...(schema === undefined ? {} : { content: contentOf(schema, mediaTypes) }),
    ...extensionsOf(rest),
  });
}

function operationOf(operation: Fields): Fields {
  const { consumes, produces, schemes: _schemes, parameters, responses, ...rest } = operation;
  const all = listIn(parameters).map(fieldsIn);
  const body = all.find(isBody);
  const others = all.filter((each) => !isBody(each)).map(parameterOf);
  const answers = Object.entries(fieldsIn(responses)).map(([code, response]) => [
    code,
    responseOf(fieldsIn(response), textsIn(produces)),
  ]);
  return present({
    ...rest,
    ...(others.length > 0 ? { parameters: others } : {}),
    ...(body ? { requestBody: bodyOf(body, textsIn(consumes)) } : {}),
    responses: Object.fromEntries(answers),
  });
}

const pathOf = (item: unknown): Fields =>
  Object.fromEntries(
    Object.entries(fieldsIn(item)).map(([key, value]) =>
      key === 'parameters'
        ? [key, listIn(value).map((each) => parameterOf(fieldsIn(each)))]
        : [key, isObject(value) ? operationOf(value) : value],
    ),
  );

/** `title` and `version` are those of the document. */
export const asV3 = ({ paths, definitions }: DocumentPart, info: { title: string; version: string }): object => ({
  openapi: '3.0.0',
  info,
  paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, pathOf(item)])),
  components: { schemas: schemaOf(definitions) },
});

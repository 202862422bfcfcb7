/** https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/cel/compilation.go */
import { ExpressionEnvironment, type Program } from '../../cel/environment.ts';
import { CompileError } from '../../cel/issues.ts';
import { optionalOf, type Type } from '../../cel/types.ts';
import type { Schema, ValidationRule } from '../../schema/schema.ts';
import { normalFieldPath } from './field-path.ts';

/** A program, or why there is none. */
export type Compiled = { readonly program: Program; readonly problem?: undefined } | { readonly problem: string };

export interface CompiledRule {
  readonly rule: ValidationRule;
  /** Undefined where the rule is blank. */
  readonly test: Compiled | undefined;
  readonly message: Compiled | undefined;
  readonly usesOld: boolean;
  readonly fieldPath: string | undefined;
}

function compiled(environment: ExpressionEnvironment, source: string, wanted: Wanted): Compiled {
  try {
    const program = environment.compile(source);
    return program.type.kind === wanted.kind ? { program } : { problem: wanted.problem };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { problem: `${wanted.prefix}compilation failed: ${error.message}` };
  }
}

interface Wanted {
  readonly kind: Type['kind'];
  readonly problem: string;
  readonly prefix: string;
}

const truth: Wanted = { kind: 'bool', problem: 'cel expression must evaluate to a bool', prefix: '' };
const text: Wanted = {
  kind: 'string',
  problem: 'messageExpression must evaluate to a string',
  prefix: 'messageExpression ',
};

/** `type`: of the value that the rules are about. */
export function compileRules(schema: Schema, type: Type): CompiledRule[] {
  const plain = new ExpressionEnvironment({ self: type, oldSelf: type });
  const optional = new ExpressionEnvironment({ self: type, oldSelf: optionalOf(type) });
  return (schema['x-kubernetes-validations'] ?? []).map((rule) => {
    const environment = rule.optionalOldSelf ? optional : plain;
    const test = rule.rule.trim() === '' ? undefined : compiled(environment, rule.rule, truth);
    const source = rule.messageExpression;
    return {
      rule,
      test,
      message: source && test && 'program' in test ? compiled(environment, source, text) : undefined,
      usesOld: test !== undefined && 'program' in test && test.program.uses('oldSelf'),
      fieldPath: rule.fieldPath ? normalFieldPath(rule.fieldPath, schema) : undefined,
    };
  });
}

import path from 'node:path';
import { like, readStatements } from '../../../infra/local/runtime/iam/policy.ts';
import type { RoleCall } from '../../../infra/local/runtime/iam/role.ts';
import { readService } from '../../../infra/local/runtime/service/service.ts';
import { mapping } from '../../../lib/mapping.ts';

const service = readService(path.join(import.meta.dirname, '..', '..', '..', 'serverless.yml'));

/** What every reference to a resource matches, whatever account and region it is in. */
const patternOf = (reference: unknown): string => {
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text } = mapping(reference);
  if (typeof reference === 'string') return reference;
  if (String(text).startsWith('arn:')) return String(text).replace(/\$\{AWS::\w+\}/g, '*');
  const [, sub = '', rest = ''] = /^\$\{(\w+)\.Arn\}(.*)$/.exec(String(text)) ?? [];
  const resource = service.resources[Array.isArray(attribute) ? String(attribute[0]) : sub];
  if (resource === undefined) throw new Error(`no resource for ${JSON.stringify(reference)}`);
  return resource.type === 'key' ? '*:key/*' : `*[:/]${resource.name}${rest}`.replace('[:/]', '?');
};

const registryChecks: readonly string[] = [
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
  'ecr:ListImages',
];

/** What AWS does with a function's role, and no code of ours: a registry's check, and Lambda's way to the dead letters. */
const isDoneByAws = (action: string, resource: string): boolean =>
  registryChecks.includes(action) || resource.endsWith('-ecr-events-dead');

/** Everything that the roles allow and no call was made for: `slack sqs:SendMessage *tagboat-local-commands`. */
export const surplusOf = (calls: readonly RoleCall[]): readonly string[] =>
  service.functions.flatMap(({ name, permissions }) => {
    const made = calls.filter((call) => call.function === name);
    return readStatements(permissions, patternOf)
      .flatMap(({ actions, resources, conditions }) => {
        const values = Object.values(conditions).flatMap((keys) =>
          Object.entries(keys).flatMap(([key, all]) => all.map((value) => ({ key, value }))),
        );
        return actions.flatMap((action) =>
          resources.flatMap((resource) =>
            (values.length === 0 ? [undefined] : values).map((value) => ({ action, resource, value })),
          ),
        );
      })
      .filter(
        ({ action, resource, value }) =>
          !isDoneByAws(action, resource) &&
          !made.some(
            (call) =>
              like(action, call.action) &&
              like(resource, call.resource) &&
              (value === undefined || call.context[value.key]?.some((one) => like(value.value, one))),
          ),
      )
      .map(({ action, resource, value }) =>
        [name, action, resource.replace(/^\*\??/, ''), value?.value].filter(Boolean).join(' '),
      );
  });

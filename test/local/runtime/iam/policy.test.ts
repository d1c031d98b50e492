import { describe, expect, it } from 'vitest';
import { type AwsCall, isAllowed, readStatements } from '../../../../infra/local/runtime/iam/policy.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/things';
const read = (statement: object) =>
  readStatements([{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: table, ...statement }], String);
const get = (key?: string): AwsCall => ({
  action: 'dynamodb:GetItem',
  resource: table,
  context: key === undefined ? {} : { 'dynamodb:LeadingKeys': [key] },
});
const keys = (operator: string, ...values: readonly string[]) => ({
  Condition: { [operator]: { 'dynamodb:LeadingKeys': values } },
});

describe('a policy', () => {
  it('allows nothing that no statement does', () => {
    expect(isAllowed([], get())).toBe(false);
    expect(isAllowed(readStatements(undefined, String), get())).toBe(false);
  });

  it.each([
    ['the action and the resource', {}, true],
    ['one of several', { Action: ['dynamodb:Query', 'dynamodb:GetItem'], Resource: ['x', table] }, true],
    ['another action', { Action: 'dynamodb:PutItem' }, false],
    ['another resource', { Resource: `${table}/index/by-id` }, false],
    ['all actions', { Action: 'dynamodb:*' }, true],
    ['any one character', { Resource: table.replace('things', 'thing?') }, true],
    ['a character that only looks like one', { Resource: table.replace('things', 'thing.') }, false],
  ])('compares a call with a statement for %s', (_for, statement, allowed) => {
    expect(isAllowed(read(statement), get())).toBe(allowed);
  });

  it.each([
    ['StringEquals', 'groups', true],
    ['StringEquals', 'groups#1', false],
    ['StringLike', 'owed#work#a/b', true],
    ['StringLike', 'work#owed#a', false],
    ['ForAllValues:StringLike', 'owed#work#', true],
    ['ForAllValues:StringEquals', 'owed#work#1', false],
  ])('with %s compares %s', (operator, key, allowed) => {
    expect(isAllowed(read(keys(operator, 'groups', 'owed#work#*')), get(key))).toBe(allowed);
  });

  it('has a condition on a key that the call does not have fail, unless it is for all of its values', () => {
    expect(isAllowed(read(keys('StringLike', '*')), get())).toBe(false);
    expect(isAllowed(read(keys('ForAllValues:StringLike', 'groups')), get())).toBe(true);
  });

  it('wants every value of a key to match where the condition is for all of them, else one', () => {
    const both = { ...get(), context: { 'dynamodb:LeadingKeys': ['groups', 'commands'] } };
    expect(isAllowed(read(keys('ForAllValues:StringEquals', 'groups')), both)).toBe(false);
    expect(isAllowed(read(keys('StringEquals', 'groups')), both)).toBe(true);
  });

  it('is refused where it has what is not known here', () => {
    expect(() => isAllowed(read(keys('NumericEquals', '1')), get('1'))).toThrow('NumericEquals');
    expect(() => read({ Effect: 'Deny' })).toThrow('do not allow');
  });
});

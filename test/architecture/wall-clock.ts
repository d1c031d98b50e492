import { parseAst } from 'vitest/node';

/** Of a syntax tree as ESTree has it. */
type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>;

/** A bound that a slow machine may reach is none: minutes are reached by what hangs alone. */
const shortestBoundMs = 60_000;

/** Measuring, or waiting for a time. */
const refusedNames = new Set(['setTimeout', 'setInterval', 'hrtime', 'performance']);
const refusedModules = /^(?:node:)?(?:timers\/promises|perf_hooks)$/;
/** Taking an object apart gives its members other names, so that is refused with them. */
const refusedMembers: Readonly<Record<string, readonly string[]>> = {
  Date: ['now'],
  AbortSignal: ['timeout'],
  Atomics: ['wait', 'waitAsync'],
  vi: ['setConfig'],
};
/** In milliseconds; what is called otherwise, `timeoutSeconds` for instance, is a matter of what is tested. */
const bounds = ['timeout', 'timeoutMs', 'testTimeout', 'hookTimeout'];
/** What may be given a bound as its last argument. */
const suites = /^(?:it|test|describe|suite|(?:before|after)(?:Each|All)|onTest(?:Finished|Failed))$/;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const nodesIn = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];

const isNamed = (value: unknown, name: unknown): boolean =>
  isNode(value) && value.type === 'Identifier' && value.name === name;

/** Without what only the compiler looks at: `… as const`. */
const bare = (value: unknown): unknown =>
  isNode(value) && value.type.startsWith('TS') && 'expression' in value ? bare(value.expression) : value;

const numberOf = (value: unknown): number | undefined => {
  const node = bare(value);
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal') return typeof node.value === 'number' ? node.value : undefined;
  if (isNamed(node, 'hangMs')) return Infinity;
  if (node.type !== 'BinaryExpression' || node.operator !== '*') return undefined;
  const [left, right] = [numberOf(node.left), numberOf(node.right)];
  return left === undefined || right === undefined ? undefined : left * right;
};

const isLong = (value: unknown): boolean => (numberOf(value) ?? 0) >= shortestBoundMs;
const isShort = (value: unknown): boolean => (numberOf(value) ?? Infinity) < shortestBoundMs;

/** Of an object that is written out; undefined for any other. */
const propertiesOf = (value: unknown): readonly Node[] | undefined => {
  const node = bare(value);
  return isNode(node) && node.type === 'ObjectExpression' ? nodesIn(node.properties) : undefined;
};

const property = (value: unknown, name: string): unknown =>
  propertiesOf(value)?.find(({ key }) => isNamed(key, name))?.value;

const isMember = (value: unknown, object: string, names: readonly string[]): value is Node =>
  isNode(value) &&
  value.type === 'MemberExpression' &&
  isNamed(value.object, object) &&
  names.some((name) => isNamed(value.property, name));

/** `it` of `it.each(…)('…', …)`. */
const firstName = (value: unknown): string => {
  if (!isNode(value)) return '';
  return value.type === 'Identifier'
    ? String(value.name)
    : firstName(value.object ?? value.callee ?? value.tag);
};

/** Whether the call waits with a bound of its own, or the default's second, that a slow machine may reach. */
const isShortWait = (call: Node): boolean => {
  const given = nodesIn(call.arguments);
  const [, second] = given;
  const bound = property(second, 'timeout');
  if (isMember(call.callee, 'expect', ['poll']))
    return second !== undefined && (bound === undefined ? !propertiesOf(second) : !isLong(bound));
  if (isMember(call.callee, 'vi', ['waitFor', 'waitUntil'])) return !isLong(second) && !isLong(bound);
  return given.length > 1 && suites.test(firstName(call.callee)) && isShort(given.at(-1));
};

/** Whether it makes a test depend on how fast its machine is: sleeping, measuring time, or a bound that is soon reached. */
const isRefused = (node: Node, parent: Node | undefined): boolean => {
  switch (node.type) {
    case 'Identifier':
      if (node.name !== 'systemClock') return refusedNames.has(String(node.name));
      // It may be handed in, by its own name. What it is made into, and its members, may sleep.
      return parent?.type === 'ImportSpecifier'
        ? !isNamed(parent.local, node.name)
        : parent?.type !== 'CallExpression';
    case 'Literal':
      return typeof node.value === 'string' && refusedModules.test(node.value);
    case 'MemberExpression':
      return Object.entries(refusedMembers).some(([object, names]) => isMember(node, object, names));
    case 'VariableDeclarator':
      return Object.keys(refusedMembers).some((object) => isNamed(node.init, object));
    case 'NewExpression':
      return isNamed(node.callee, 'Date') && nodesIn(node.arguments).length === 0;
    case 'CallExpression':
      return isNamed(node.callee, 'Date') || isShortWait(node);
    case 'Property':
      // What has files is an environment in Tagboat's configuration, whose time-outs are in seconds.
      return (
        bounds.some((name) => isNamed(node.key, name)) && isShort(node.value) && !property(parent, 'files')
      );
    default:
      return false;
  }
};

const refusedIn = (node: Node, parent?: Node): readonly Node[] => [
  ...(isRefused(node, parent) ? [node] : []),
  ...Object.values(node)
    .flatMap(nodesIn)
    .flatMap((child) => refusedIn(child, node)),
];

/** The lines that make a test depend on the wall clock, each as `NUMBER: LINE`. Strings and comments may say anything. */
export const wallClockIn = (text: string): readonly string[] => {
  const program = parseAst(text, { lang: 'ts' }) as unknown as Node;
  const lines = text.split('\n');
  const numbers = refusedIn(program).map(({ start }) => text.slice(0, start).split('\n').length);
  return [...new Set(numbers)].map((number) => `${number}: ${lines[number - 1]?.trim()}`);
};

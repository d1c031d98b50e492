import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the example of the README works, and is the one that is tested', async () => {
  const read = (...names: string[]): string =>
    readFileSync(join(import.meta.dirname, '..', ...names), 'utf8');
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('test', 'example.ts')}\`\`\``);

  const { nodes } = await import('./example.ts');
  expect(nodes.map(({ metadata }) => metadata?.name)).toEqual(['node-1', 'node-2']);
});

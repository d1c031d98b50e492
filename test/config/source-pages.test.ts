import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/sources.md'), 'utf8');
const rest = `
clusters: { production: { kubeconfig: kms:REPLACE-ME } }
configRepos: { config: { url: https://git.example.com/config.git, branch: main } }
apps: {}
`;

const blocks = [...page.matchAll(/^```yaml\n(sources:\n[\s\S]*?)^```$/gm)].map(([, block = '']) => block);

/** As it stands, and with each line that is commented out in the place of those before it. */
const variantsOf = (block: string): readonly string[] => {
  const lines = block.split('\n');
  const options = lines.flatMap((line, index) => (/^ +# \w+: /.test(line) ? [index] : []));
  return [
    block,
    ...options.map((option) =>
      lines.map((line, index) => (index === option ? line.replace('# ', '') : line)).join('\n'),
    ),
  ];
};

test('the page shows how sources are configured', () => {
  expect(blocks.length).toBeGreaterThan(7);
});

test.each(blocks.flatMap(variantsOf))('a configuration as the page has it is one: %s', (block) => {
  expect(Object.keys(parseConfig(`${block}${rest}`).sources)).not.toEqual([]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClusterName, Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const file = path.join(import.meta.dirname, '..', '..', 'docs', 'diagnosis.md');

const begin = /<!-- scenarios: [^\n]* -->\n/;
const end = '<!-- /scenarios -->';

const clusterWords: Readonly<Record<ClusterName, string>> = {
  embedded: 'the embedded cluster',
  lab: 'Kubernetes 1.20',
};

type Blocks = ReadonlyMap<string, string>;

const keyOf = (scenario: string, cluster: string): string => `${scenario} ${cluster}`;

const blocksIn = (text: string): Blocks =>
  new Map(
    [...text.matchAll(/<!-- diagnosis ([\w-]+) ([\w ]+) -->\n\n```text\n([\s\S]*?)\n```\n/g)].flatMap(
      ([, name = '', clusters = '', block = '']) =>
        clusters.split(' ').map((cluster) => [keyOf(name, cluster), block] as const),
    ),
  );

/** The diagnoses on the page: `<scenario> <cluster>` → text. */
export const readBlocks = (): Blocks => blocksIn(readFileSync(file, 'utf8'));

export const blockOf = (scenario: Scenario, cluster: ClusterName): string | undefined =>
  readBlocks().get(keyOf(scenario.name, cluster));

const sectionOf = (scenario: Scenario, blocks: Blocks): string => {
  const shown = scenario.on.flatMap((cluster) => {
    const block = blocks.get(keyOf(scenario.name, cluster));
    return block === undefined ? [] : [{ cluster, block }];
  });
  // The same on both is shown once.
  const groups = [...Map.groupBy(shown, ({ block }) => block)].map(([block, same]) => {
    const clusters = same.map(({ cluster }) => cluster);
    const on = clusters.map((cluster) => clusterWords[cluster]).join(' and ');
    return `On ${on}:\n\n<!-- diagnosis ${scenario.name} ${clusters.join(' ')} -->\n\n\`\`\`text\n${block}\n\`\`\`\n`;
  });
  return [`### ${scenario.title}\n`, `${scenario.means}\n`, ...groups].join('\n');
};

/** The page with the diagnoses that were collected; what was not collected stays as it was. */
export const writePage = (collected: Blocks): void => {
  const text = readFileSync(file, 'utf8');
  const [marker = ''] = begin.exec(text) ?? [];
  const start = text.indexOf(marker) + marker.length;
  const blocks = new Map([...blocksIn(text), ...collected]);
  const sections = scenarios.map((scenario) => sectionOf(scenario, blocks));
  writeFileSync(file, `${text.slice(0, start)}\n${sections.join('\n')}\n${text.slice(text.indexOf(end))}`);
};

/** `DIAGNOSIS_DOCS=write`: the page is written from what comes out, instead of compared with it. */
export const isWriting = process.env.DIAGNOSIS_DOCS === 'write';

export const collect = (
  into: Map<string, string>,
  scenario: Scenario,
  cluster: ClusterName,
  block: string,
): void => {
  into.set(keyOf(scenario.name, cluster), block);
};

import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchBundles } from './bundles.ts';
import { benchBurst } from './burst.ts';
import { benchConfigRepo } from './config-repo/config-repo.ts';
import { benchJourney } from './journey.ts';
import { benchRewriter } from './rewriter.ts';

const page = path.join(import.meta.dirname, '..', '..', 'docs', 'benchmarks.md');

type Section = {
  readonly title: string;
  readonly about: string;
  readonly run: () => string | Promise<string>;
};

const sections = {
  bundles: {
    title: 'Functions',
    about:
      'Bundled as they are deployed, each loaded in a fresh process; the import time is over that of an empty file.',
    run: benchBundles,
  },
  journey: {
    title: 'From the hook to the verdict',
    about: 'One release after the other, on the local stack.',
    run: benchJourney,
  },
  'config-repo': {
    title: 'The config repo',
    about: `One change to a large config repo behind \`git http-backend\`, next to how others write it. Tagboat and
isomorphic-git run in a fresh process each time, loaded but not warmed up. Warm: the process has written once before.
Bytes are what went over the wire, HTTP's own included. Whatever checks 2,000 files out depends on
the disk as well, and its times with it.`,
    run: benchConfigRepo,
  },
  burst: {
    title: 'A burst',
    about: `Many apps released into one config repo at once, end to end on the local stack, which runs functions, queues, table,
cluster and Git server on this machine. In the first burst no function is loaded yet.`,
    run: benchBurst,
  },
  rewriter: {
    title: 'The rewriter',
    about: 'One image in one long file, in memory.',
    run: benchRewriter,
  },
} satisfies Readonly<Record<string, Section>>;

type Name = keyof typeof sections;
const names = Object.keys(sections) as readonly Name[];
const isName = (name: string): name is Name => Object.hasOwn(sections, name);

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const only = (values.only ?? []).flatMap((list) => list.split(','));
const unknown = only.filter((name) => !isName(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. Parts: ${names.join(', ')}\n`);
  process.exit(2);
}

/** A heading, and everything up to the next one. */
const sectionOf = (text: string, title: string): string | undefined =>
  new RegExp(`^## ${title}\\n[\\s\\S]*?(?=^## |$(?![\\s\\S]))`, 'm').exec(text)?.[0].trimEnd();

const measured = async (name: Name): Promise<string> => {
  const { title, about, run } = sections[name];
  process.stderr.write(`${title} …\n`);
  return `## ${title}\n\n${about}\n\n${await run()}`;
};

const previous = await readFile(page, 'utf8').catch(() => '');
const parts: string[] = [];
const fresh: string[] = [];
for (const name of names) {
  if (only.length === 0 || only.includes(name)) {
    const part = await measured(name);
    parts.push(part);
    fresh.push(part);
  } else {
    // What is not measured again stays on the page as it was.
    const kept = sectionOf(previous, sections[name].title);
    if (kept !== undefined) parts.push(kept);
  }
}

const head = `# Benchmarks

What \`npm run bench -- --write\` printed on ${cpus().length} cores (${platform()} ${arch()}), Node.js ${process.version}. Medians, with the
10th to the 90th percentile in brackets. Milliseconds of another machine are others; the ratios travel.`;

process.stdout.write(`${[head, ...fresh].join('\n\n')}\n`);
if (values.write === true) await writeFile(page, `${[head, ...parts].join('\n\n')}\n`);

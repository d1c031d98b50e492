import { writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import path from 'node:path';
import { benchBundles } from './bundles.ts';
import { benchJourney } from './journey.ts';

const page = path.join(import.meta.dirname, '..', '..', 'docs', 'benchmarks.md');

const report = `# Benchmarks

What \`npm run bench -- --write\` printed on ${cpus().length} cores (${platform()} ${arch()}), Node.js ${process.version}. Medians, with the
10th to the 90th percentile in brackets. Milliseconds of another machine are others; the ratios travel.

## Functions

Bundled as they are deployed, each loaded in a fresh process; the import time is over that of an empty file.

${await benchBundles()}

## From the hook to the verdict

${await benchJourney()}
`;

process.stdout.write(report);
if (process.argv.includes('--write')) await writeFile(page, report);

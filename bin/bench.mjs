#!/usr/bin/env node
// `npm run bench`: what things cost, side by side; `-- --only bundles,journey,config-repo,burst,rewriter`, `-- --write`.
import { install, runScript } from './setup.mjs';

install();
runScript('test/bench/main.ts', process.argv.slice(2));

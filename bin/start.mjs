#!/usr/bin/env node
// `npm start`: the local stack. What it takes is shown by `npm start -- --help`.
import { install, runScript } from './setup.mjs';

install();
runScript('infra/local/main.ts', process.argv.slice(2));

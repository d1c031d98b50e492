#!/usr/bin/env node
// `npm run bench`: sizes and times of the functions.
import { install, runScript } from './setup.mjs';

install();
runScript('test/bench/main.ts', process.argv.slice(2));

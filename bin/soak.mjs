#!/usr/bin/env node
// `npm run soak -- N [--busy K] [-- vitest's arguments]`: the tests N times, beside K busy loops.
import { install, runScript } from './setup.mjs';

install();
runScript('test/support/soak.ts', process.argv.slice(2));

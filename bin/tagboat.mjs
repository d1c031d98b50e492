#!/usr/bin/env node
// The `tagboat` command: seals secrets, checks tagboat.yml, talks to the local stack.
import { install, runScript } from './setup.mjs';

install();
runScript('bin/tagboat.ts', process.argv.slice(2));

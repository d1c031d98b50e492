#!/usr/bin/env node
// `npm run docs`: writes what is made from the code into docs/.
import { install, runScript } from './setup.mjs';

install();
runScript('bin/docs.ts', process.argv.slice(2));

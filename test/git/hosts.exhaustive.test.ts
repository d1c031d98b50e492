import { hosts, testHosts } from './support/hosts-suite.ts';

testHosts(hosts);

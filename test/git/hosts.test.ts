import { hosts, testHosts } from './support/hosts-suite.ts';

// The others are of the same kinds, and tried with the exhaustive tests
const everyday = [
  'Azure DevOps',
  'Gitea, and GitLab',
  'a server without side band and deltas',
  'a server that does not report',
];

testHosts(hosts.filter(({ name }) => everyday.includes(name)));

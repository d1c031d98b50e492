import { devNull } from 'node:os';

/** Of git without the configuration of the machine and its user. */
export const withoutConfiguration = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
};

/** Of the git command as a user of that name has it. */
export const environmentOf = (name: string): Readonly<Record<string, string | undefined>> => {
  const email = `${name.toLowerCase()}@example.com`;
  return {
    ...withoutConfiguration,
    // Clones, fetches and commits would each start a process to see whether there is something to tidy up
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'maintenance.auto',
    GIT_CONFIG_VALUE_0: 'false',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
};

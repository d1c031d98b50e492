import { z } from 'zod';

const user = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,}$/, 'this is not the id of a Slack user, such as `U024BE7LH`');

const channel = z
  .string()
  .regex(/^[CDG][A-Z0-9]{2,}$/, 'this is not the id of a Slack channel, such as `C0DEPLOYS`');

/** `allow:` of Slack, of an app or of an environment. */
export const allow = (description: string) =>
  z
    .strictObject({
      users: z
        .array(user)
        .default([])
        .meta({ title: 'Users', description: 'Ids of users who may give commands.' }),
      channels: z
        .array(channel)
        .default([])
        .meta({ title: 'Channels', description: 'Ids of channels in which commands may be given.' }),
    })
    .meta({ title: 'Allow', description });

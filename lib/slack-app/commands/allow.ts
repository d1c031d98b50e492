import type { AllowConfig, Config } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Asker } from '../../slack/commands.ts';

/** Who may give commands for an app and environment: the nearest list counts. */
export const allowOf = (config: Config, app?: string, environment?: string): AllowConfig => {
  const appConfig = app !== undefined && Object.hasOwn(config.apps, app) ? config.apps[app] : undefined;
  const nearest = environment === undefined ? undefined : appConfig?.environments[environment]?.allow;
  return nearest ?? appConfig?.allow ?? config.slack?.allow ?? { users: [], channels: [] };
};

/** The users who may give commands there; in any of the environments where none is named. */
export const whoMay = (config: Config, app?: string, environment?: string): readonly string[] => {
  const apps = app === undefined ? Object.keys(config.apps) : [app];
  const places = apps.flatMap((name) =>
    environment === undefined
      ? Object.keys(config.apps[name]?.environments ?? {}).map((one) => allowOf(config, name, one))
      : [allowOf(config, name, environment)],
  );
  return [...new Set(places.flatMap(({ users }) => users))];
};

type By = Pick<Asker, 'userId' | 'channelId'>;

const mayUser = ({ users }: AllowConfig, { userId }: By): boolean =>
  users.length === 0 || users.includes(userId);

/** A user on the list, in a channel on the list; an empty list of one kind restricts nothing of that kind. */
export const isAllowed = (allow: AllowConfig, by: By): boolean =>
  allow.users.length + allow.channels.length > 0 &&
  mayUser(allow, by) &&
  (allow.channels.length === 0 || allow.channels.includes(by.channelId));

export const notAllowed = (allow: AllowConfig, by: By, where: string): TagboatError =>
  new TagboatError(
    'not-allowed',
    allow.channels.length > 0 && mayUser(allow, by)
      ? `this channel may not do that${where}`
      : `you may not do that${where}`,
  );

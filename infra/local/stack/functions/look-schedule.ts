import type { Config } from '../../../../lib/config/types.ts';
import { intervalMs } from '../../../../lib/release/model/look-interval.ts';
import type { FunctionDescription } from '../../runtime/service/service.ts';

/** The schedules of serverless.yml; that of `discover` is as short as the shortest `reconcile` of the configuration. */
export const schedulesFor = (
  functions: readonly FunctionDescription[],
  config: Config,
): readonly FunctionDescription[] => {
  const intervals = Object.keys(config.apps).flatMap((app) => intervalMs(config, app) ?? []);
  return functions.map((description) =>
    description.name === 'discover'
      ? { ...description, schedules: description.schedules.map((everyMs) => Math.min(everyMs, ...intervals)) }
      : description,
  );
};

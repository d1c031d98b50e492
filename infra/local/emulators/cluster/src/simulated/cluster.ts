import type { RequestListener } from 'node:http';
import { type EmbeddedClusterOptions, startEmbeddedCluster } from '../cluster.ts';
import { createSimulatedTime, type SimulatedTime } from './time.ts';
import { watchTraffic } from './traffic.ts';

export type SimulatedCluster = {
  readonly handle: RequestListener;
  readonly token: string;
  readonly time: SimulatedTime;
  close(): Promise<void>;
};

/**
 * An embedded cluster whose time goes by when the test lets it, and not before all that is asked of it is answered. What
 * comes with another token is not asked of it: several share a port.
 */
export const startSimulatedCluster = async (
  options: Omit<EmbeddedClusterOptions, 'clock'>,
): Promise<SimulatedCluster> => {
  let isBusy = (): boolean => false;
  let token = '';
  const traffic = watchTraffic((request) => request.getHeader('authorization') === `Bearer ${token}`);
  const time = createSimulatedTime(() => ({
    busy: !traffic.isQuiet() || isBusy(),
    count: traffic.count(),
  }));
  const cluster = await startEmbeddedCluster({ ...options, clock: time.clock });
  ({ isBusy, token } = cluster);
  return {
    token,
    time,
    handle: (request, response) => {
      traffic.seen(request, response);
      cluster.handle(request, response);
    },
    close: async () => {
      traffic.close();
      await cluster.close();
      time.close();
    },
  };
};

import type { Condition, Pod } from '../objects/objects.ts';

export const conditionOf = (pod: Pod, type: string): Condition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

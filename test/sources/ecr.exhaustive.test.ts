import { testChangedEvents } from './support/changed-ecr-events.ts';

testChangedEvents(20_000);

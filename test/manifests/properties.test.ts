import { describeProperties } from './properties.ts';

// Other ones every time. All of them: properties.exhaustive.test.ts.
describeProperties(0.1);

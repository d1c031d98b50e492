import fc from 'fast-check';

// One seed for a whole run: the order of the tests and what fast-check makes up both come from it.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.TEST_SEED) });

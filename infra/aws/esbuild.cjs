// Options of serverless-esbuild. The configuration is checked here, so that packaging fails on a bad tagboat.yml, and
// written into the bundles, so that no function parses YAML at start.
const path = require('node:path');

module.exports = async () => {
  const { compileConfig, compiledName } = await import('../../lib/config/compile.ts');
  const { loadConfig } = await import('../../lib/config/load.ts');
  const { secretSlots } = await import('../../lib/config/slots.ts');
  const { parseReference } = await import('../../lib/secrets/reference.ts');
  const config = loadConfig(process.env.TAGBOAT_CONFIG ?? path.resolve('tagboat.yml'));
  // The first deployment makes the key that seals, so placeholders have to pass; nobody shall overlook them.
  for (const { slot, reference } of secretSlots(config))
    if (parseReference(reference, slot).type === 'placeholder')
      process.stderr.write(
        `Warning: ${slot} still holds a placeholder; run \`npx tagboat seal ${slot}\` and deploy again\n`,
      );
  return {
    bundle: true,
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    // CommonJS: `import 'node:http'` costs 57 ms from an ES module and 5 ms from CommonJS.
    format: 'cjs',
    mainFields: ['module', 'main'],
    packager: 'npm',
    // Lambda brings its own SDK, but not this version of it.
    exclude: [],
    concurrency: 2,
    define: {
      [compiledName]: compileConfig(config),
    },
  };
};

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Variables of API Gateway's that hold the path or the query, in which the key of a hook stands. */
const revealing =
  /\$context\.(?:path|requestOverride\.path|extendedRequestId\.path)\b|\$request\.(?:path|querystring)\b/;

const templates = ['serverless.yml', ...readdirSync('infra/aws').map((name) => `infra/aws/${name}`)];

test.each(templates.filter((name) => name.endsWith('.yml')))(
  'no access log of the API has the path, only the route ($context.routeKey): %s',
  (file) => {
    expect(readFileSync(file, 'utf8').match(revealing)).toBeNull();
  },
);

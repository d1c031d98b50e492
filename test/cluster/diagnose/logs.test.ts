import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lib/cluster/connect/cluster.ts';
import { logEvidence, readContainerLog } from '../../../lib/cluster/diagnose/logs.ts';
import { TagboatError } from '../../../lib/errors.ts';

type Query = Readonly<Record<string, unknown>>;

/** A cluster that has nothing but logs. */
const logging = (answer: (query: Query) => string) => {
  const asked: Query[] = [];
  const cluster = {
    api: {
      text: async ({ query }: { query: Query }) => {
        asked.push(query);
        return answer(query);
      },
    },
  } as unknown as Cluster;
  return { cluster, asked };
};

const request = { namespace: 'shop', pod: 'web-1', container: 'web', previous: true };
const evidenceOf = async (cluster: Cluster) => logEvidence(await readContainerLog(cluster, request));
const pem = Array.from({ length: 25 }, (_, line) => `MIIEowIBAAKCAQEA${line}`.padEnd(64, 'x'));

describe('the end of a log', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'colours',
      '\u001b[31mpanic\u001b[0m: no \u001b]8;;https://x\u0007disk\u001b]8;;\u0007\n',
      ['log: panic: no disk'],
    ],
    ['Windows and empty lines', 'one\r\n\r\n  \r\ntwo\r\n', ['log: one', 'log: two']],
    ['a bell and a backspace', 'a\u0007b\u0008c\td', ['log: a b c\td']],
    ['a long line', 'x'.repeat(501), [`log: ${'x'.repeat(500)}…`]],
    ['a credential in colours', 'password=\u001b[1mhunter2\u001b[0m', ['log: password=***']],
    [
      'a private key longer than what is shown',
      ['starting', '-----BEGIN RSA PRIVATE KEY-----', ...pem, '-----END RSA PRIVATE KEY-----', 'bye'].join(
        '\n',
      ),
      ['log: starting', 'log: *** private key ***', 'log: bye'],
    ],
    [
      'a private key whose beginning is further up than what is read',
      [...pem, '-----END RSA PRIVATE KEY-----', 'bye'].join('\n'),
      ['log: *** private key ***', 'log: bye'],
    ],
  ])('%s', async (_, text, lines) => {
    const { cluster } = logging(() => text);
    expect(await evidenceOf(cluster)).toEqual(lines);
  });

  it('is its last 20 lines', async () => {
    const { cluster } = logging(() => Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n'));
    const lines = await evidenceOf(cluster);
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([20, 'log: line 10', 'log: line 29']);
  });

  it('is asked for in fewer lines where they are so long that the server cuts off the end', async () => {
    const { cluster, asked } = logging(({ tailLines }) =>
      tailLines === 100 ? 'x'.repeat(64 * 1024) : 'panic: here it is',
    );
    expect(await evidenceOf(cluster)).toEqual(['log: panic: here it is']);
    expect(asked.map(({ tailLines }) => tailLines)).toEqual([100, 5]);
  });

  it('is that of the present run where there was none before', async () => {
    const { cluster } = logging(({ previous }) => {
      if (previous === true)
        throw new TagboatError('cluster-refused', 'previous terminated container not found');
      return 'hello';
    });
    expect(await evidenceOf(cluster)).toEqual(['log: hello']);
  });

  it('says why it cannot be read', async () => {
    const { cluster } = logging(() => {
      throw new TagboatError('cluster-forbidden', 'read the log of web-1/web: pods/log is forbidden');
    });
    expect(await evidenceOf(cluster)).toEqual([
      'the log could not be read: read the log of web-1/web: pods/log is forbidden',
    ]);
  });
});

import { isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import { rewrite } from '../../lib/manifests/rewrite.ts';
import { showSpread, spreadOf, table } from './table.ts';

const runs = 60;
const documents = 45;
const image = 'docker.io/example/app-21';
const from = 'example/app-21:v1.0.0';
const to = 'example/app-21:v2.0.0';

/** As people write them: aligned comments, flow maps, quotes, two kinds of indentation, and the image's name in a comment. */
const manifest = (nth: number): string => `# app-${nth}
apiVersion: apps/v1
kind:   Deployment
metadata:
    name: app-${nth}
    annotations:
        note: 'was example/app-${nth}:v1.0.0 once'   # and is no more
        description: "a rather long line that a YAML library that folds lines at eighty columns would fold somewhere"
    labels: { app: app-${nth},tier: "web" }
spec:
    replicas:  2
    selector: { matchLabels: {app: app-${nth}} }
    template:
        metadata:
            labels: {app: app-${nth}}
        spec:
            containers:
            -   name:   app
                image:  "example/app-${nth}:v1.0.0"   # written by a machine
                args: ["--listen", ':8080',   --verbose]
                env:
${Array.from({ length: 8 }, (_, one) => `                - {name: SETTING_${one}, value: "${nth * 31 + one}"}`).join('\n')}
            -   name: proxy
                image: example/app-${nth}-proxy:v1.0.0
                ports:
                -   containerPort: 80
                    protocol:      TCP
---
apiVersion: v1
kind: Service
metadata: {name: app-${nth}}
spec:
    selector: {app: app-${nth}}
    ports:
    -   port:       80
        targetPort: 8080
`;

const text = Array.from({ length: documents }, (_, nth) => manifest(nth)).join('---\n');

/** What most scripts do. */
const withRegex = (): string => text.replaceAll(from, to);

/** What most programs do: parse, set, write out again. */
const withDocuments = (): string =>
  parseAllDocuments(text)
    .map((document) => {
      visit(document, {
        Pair: (_, pair) => {
          if (
            isScalar(pair.key) &&
            pair.key.value === 'image' &&
            isScalar(pair.value) &&
            pair.value.value === from
          )
            pair.value.value = to;
        },
      });
      return isMap(document.contents) || isSeq(document.contents) ? String(document) : '';
    })
    .join('');

const withTagboat = (): string => rewrite({ path: 'all.yml', text }, { image, tag: 'v2.0.0' }).text;

const changedLines = (after: string): number => {
  const before = new Map<string, number>();
  for (const line of text.split('\n')) before.set(line, (before.get(line) ?? 0) + 1);
  let kept = 0;
  for (const line of after.split('\n')) {
    const left = before.get(line) ?? 0;
    if (left === 0) continue;
    before.set(line, left - 1);
    kept += 1;
  }
  return text.split('\n').length - kept;
};

const measure = (name: string, write: () => string): readonly string[] => {
  const after = write();
  const ms = Array.from({ length: runs }, () => {
    const start = performance.now();
    write();
    return performance.now() - start;
  });
  return [name, showSpread(spreadOf(ms), 2), String(changedLines(after))];
};

/** One image in a long file of many documents, next to what others do. One line is what should change. */
export const benchRewriter = (): string => {
  const lines = text.split('\n').length - 1;
  return table(
    [`one image among ${lines} lines, ${2 * documents} documents`, 'ms', 'lines changed'],
    [
      measure('a regular expression (also changes comments and annotations)', withRegex),
      measure('parse and stringify (`yaml`)', withDocuments),
      measure('Tagboat', withTagboat),
    ],
  );
};

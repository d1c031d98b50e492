import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whose files take longest: one of them at the end would keep the other process waiting. */
const longest = /\/test\/(?:integration|agreement|local\/cluster)\//;

/** Puts the files into an order that the seed gives, those that take longest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root, sequence } = this.ctx.config;
    const keyOf = ({ moduleId }: TestSpecification): string => {
      const file = moduleId.slice(root.length);
      const shuffled = createHash('sha256').update(`${sequence.seed} ${file}`).digest('hex');
      return `${longest.test(file) ? 0 : 1}${shuffled}`;
    };
    return files
      .map((file) => ({ file, key: keyOf(file) }))
      .toSorted((one, other) => (one.key < other.key ? -1 : 1))
      .map(({ file }) => file);
  }
}

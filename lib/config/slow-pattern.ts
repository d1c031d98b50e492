import { createContext, Script } from 'node:vm';
import { tagPattern } from './tag-pattern.ts';

/** Longest tag there is (distribution specification). */
const tagLength = 128;
/**
 * For one tag, of processor time: a busy machine makes no pattern slow. Patterns that back-track polynomially stay far below,
 * those that do so exponentially go far beyond.
 */
const limitMs = 250;
const maxCharacters = 10;

const sampleTags = (pattern: string): readonly string[] => {
  const prefix = /^\^?([\w-]*)/.exec(pattern)?.[1] ?? '';
  const starts = [...new Set(['', prefix, prefix.slice(0, -1)])];
  const characters = [...new Set(['a', '0', '.', '-', ...pattern.replace(/[^\w.-]/g, '')])].slice(
    0,
    maxCharacters,
  );
  const units = characters.flatMap((first) => [first, ...characters.map((second) => first + second)]);
  // The sign at the end is in no tag: it makes the match fail late, which is what is slow.
  return units.flatMap((unit) => starts.map((start) => `${start}${unit.repeat(tagLength / unit.length)}!`));
};

/**
 * True where matching some tag takes exponential time (`(a+)+`), which would block every webhook. The pattern is tried
 * out and not analysed, so that similar but harmless patterns (`(\d+\.)*\d+`) pass. That is no proof: it tries runs of
 * one and of two characters.
 * @param pattern one that compiles as a part of a larger one
 */
export const isSlowPattern = (pattern: string): boolean => {
  // Apps tend to share their patterns, and each costs some milliseconds.
  const answer = known.get(pattern) ?? tryOut(pattern);
  known.set(pattern, answer);
  return answer;
};

const known = new Map<string, boolean>();

const tryOut = (pattern: string): boolean => {
  const context = createContext({ pattern: tagPattern(pattern), tag: '' });
  const match = new Script('pattern.test(tag)');
  const endsInTime = (): boolean => {
    try {
      match.runInContext(context, { timeout: limitMs });
      return true;
    } catch (error) {
      if (Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
      throw error;
    }
  };
  return sampleTags(pattern).some((tag) => {
    context.tag = tag;
    const began = processorMs();
    while (!endsInTime()) if (processorMs() - began >= limitMs * enough) return true;
    return false;
  });
};

/** What the timer's own slack may take off the limit. */
const enough = 0.9;

/** Processor time of this thread. */
const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

import path from 'node:path';
import { printableText } from '../../../lib/printable.ts';
import type { Style } from './style.ts';

/** `0.42 s`, `12.3 s`, `2 min 5 s` */
export const formatDuration = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

/** `████████░░░░ 2/3` */
export const progressBar = (done: number, total: number, width: number): string => {
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, done / total));
  const filled = Math.round(share * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}`;
};

/** The lines of a unified diff that say what changed: without the file's modes and object ids, coloured. */
export const formatDiff = (diff: string, style: Style): readonly string[] =>
  printableText(diff)
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !/^(?:diff --git|index |new file mode|old mode|new mode)/.test(line),
    )
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return style.bold(line);
      if (line.startsWith('@@')) return style.cyan(line);
      if (line.startsWith('+')) return style.green(line);
      return line.startsWith('-') ? style.red(line) : style.dim(line);
    });

/** A path as one would type it here: relative where it lies within the working directory. */
export const shortPath = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative || '.';
};

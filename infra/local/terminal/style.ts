import { styleText } from 'node:util';

const names = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;

/** Each paints a text, or leaves it as it is. */
export type Style = Readonly<Record<(typeof names)[number], (text: string) => string>>;

export const createStyle = (colours: boolean): Style =>
  Object.fromEntries(
    names.map((name) => [
      name,
      (text: string) => (colours ? styleText(name, text, { validateStream: false }) : text),
    ]),
  ) as Style;

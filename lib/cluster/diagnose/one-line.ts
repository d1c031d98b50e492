/** A message of the cluster as one line of evidence; an exec probe, a webhook or a program may have written many. */
export const oneLine = (text: string): string => text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ');

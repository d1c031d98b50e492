import { printableText } from './printable.ts';
import { redact } from './redact.ts';

/**
 * A text from outside, fit to be read and to be logged: harmless, and with its credentials masked. In this order, since an escape
 * sequence within a password would hide it.
 */
export const safeText = (text: string): string => redact(printableText(text));

/** The value of a JSON text; undefined for any other text. V8's error quotes the text, which may hold a secret. */
export const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

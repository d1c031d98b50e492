/**
 * The text of an answer with that status.
 * @throws Error with the whole answer where the status is another one
 */
export const readText = async (response: Response, status = 200): Promise<string> => {
  const text = await response.text();
  if (response.status !== status)
    throw new Error(`${response.url} answered ${response.status}, not ${status}: ${text}`);
  return text;
};

/**
 * The JSON of an answer with that status.
 * @throws Error with the whole answer where the status is another one, or where it is no JSON
 */
export const readJson = async <T>(response: Response, status = 200): Promise<T> => {
  const text = await readText(response, status);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`${response.url} answered ${status} with what is no JSON: ${text}`, { cause });
  }
};

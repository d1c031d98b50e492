import { parseImage } from './image-reference.ts';

/** Asks the registry; undefined: it does not have it. May throw: the registry cannot be asked. */
export type ResolveImage = (reference: string) => Promise<{ readonly digest: string } | undefined>;

type Pulled =
  | { readonly type: 'pulled'; readonly imageId: string }
  | { readonly type: 'failed'; readonly message: string };

/** containerd's words around the registry's. */
const failure = (code: 'NotFound' | 'Unknown', reference: string, words: string): Pulled => ({
  type: 'failed',
  message: `rpc error: code = ${code} desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${words}`,
});

/** The images that each node has, and how it gets them. */
export const createImages = (resolve: ResolveImage) => {
  const have = new Map<string, string>();
  return {
    /** The imageID where the node has it already. */
    present: (node: string, reference: string): string | undefined => have.get(`${node} ${reference}`),
    pull: async (node: string, reference: string): Promise<Pulled> => {
      try {
        const found = await resolve(reference);
        if (found === undefined) return failure('NotFound', reference, `${reference}: not found`);
        const imageId = `${parseImage(reference)?.name ?? reference}@${found.digest}`;
        have.set(`${node} ${reference}`, imageId);
        return { type: 'pulled', imageId };
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        // A registry that answers, and says no, was asked all right.
        const isAnswer = /denied|unauthorized|toomanyrequests/i.test(words);
        return failure('Unknown', reference, isAnswer ? words : `failed to do request: ${words}`);
      }
    },
  };
};

export type Images = ReturnType<typeof createImages>;

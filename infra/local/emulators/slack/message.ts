import { isMapping, type Unknowns } from '../../../../lib/mapping.ts';

/** What would have gone to Slack. */
export type SlackMessage = {
  readonly id: string;
  /** When it came, or was changed last. ISO 8601 */
  readonly at: string;
  /**
   * `message` into a channel (the Web API), `acknowledgement` of a command (the body of the answer to it), `response` to a
   * command or a button (its response_url).
   */
  readonly type: 'message' | 'acknowledgement' | 'response';
  /** Channel of a message, as it was named; else which command or button it is for, as its response_url says. */
  readonly to: string;
  /** Id of the channel that a message is in. */
  readonly channel: string | undefined;
  /** True where only the user who asked sees it. */
  readonly ephemeral: boolean;
  readonly text: string;
  /** Slack's name for a message within its channel. */
  readonly ts: string;
  readonly updated: boolean;
  /** All that was sent; blocks and buttons have their ids. */
  readonly body: Unknowns;
};

export type Button = {
  readonly text: string;
  readonly value: string;
  readonly actionId: string;
  readonly blockId: string;
  readonly style: string | undefined;
  /** What Slack asks before it sends anything: title and text. */
  readonly confirm: string | undefined;
};

const list = (value: unknown): readonly Unknowns[] => (Array.isArray(value) ? value.filter(isMapping) : []);

export const blocksOf = (body: Unknowns): readonly Unknowns[] => list(body.blocks);
export const elementsOf = (block: Unknowns): readonly Unknowns[] => list(block.elements);

/** The text of a text object, or of none. https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
export const textIn = (value: unknown): string =>
  isMapping(value) && typeof value.text === 'string' ? value.text : '';

/** The text of a message, or the texts of its blocks where it has no other. */
export const textOf = (body: Unknowns): string => {
  if (typeof body.text === 'string' && body.text !== '') return body.text;
  return blocksOf(body)
    .map(({ text }) => textIn(text))
    .filter((text) => text !== '')
    .join('\n');
};

const confirmOf = ({ confirm }: Unknowns): string | undefined =>
  isMapping(confirm) ? `${textIn(confirm.title)} ${textIn(confirm.text)}`.trim() : undefined;

/** The buttons of a message in their order, those beside a section too. Links are none: nothing is sent when one is pressed. */
export const buttonsOf = (body: Unknowns): readonly Button[] =>
  blocksOf(body).flatMap((block) =>
    [...elementsOf(block), ...(isMapping(block.accessory) ? [block.accessory] : [])]
      .filter(({ type, url }) => type === 'button' && url === undefined)
      .map((element) => ({
        text: textIn(element.text),
        value: String(element.value ?? ''),
        actionId: String(element.action_id ?? ''),
        blockId: String(block.block_id ?? ''),
        style: typeof element.style === 'string' ? element.style : undefined,
        confirm: confirmOf(element),
      })),
  );

/** The body with an id for every block and button that came without one, as Slack gives them. */
export const withIds = (body: Unknowns, newId: () => string): Unknowns => {
  if (!Array.isArray(body.blocks)) return body;
  const element = (one: unknown): unknown =>
    isMapping(one) && one.type === 'button' ? { action_id: newId(), ...one } : one;
  return {
    ...body,
    blocks: body.blocks.map((block: unknown) =>
      isMapping(block)
        ? {
            block_id: newId(),
            ...block,
            ...(Array.isArray(block.elements) ? { elements: block.elements.map(element) } : {}),
            ...(block.accessory === undefined ? {} : { accessory: element(block.accessory) }),
          }
        : block,
    ),
  };
};

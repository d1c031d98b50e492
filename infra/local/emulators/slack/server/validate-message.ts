import { isMapping, type Unknowns } from '../../../../../lib/mapping.ts';
import { blocksOf, elementsOf, textIn, textOf } from '../message.ts';

/** Characters, of what Slack counts. https://docs.slack.dev/reference/block-kit/blocks and the pages below it */
const limits = {
  blocks: 50,
  sectionText: 3000,
  fieldText: 2000,
  contextElements: 10,
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2000,
  id: 255,
} as const;

const isTooLong = (value: unknown, limit: number): boolean =>
  value !== undefined && (typeof value !== 'string' || value.length > limit);

/** A text object that has to be there. */
const isText = (value: unknown, limit: number): boolean =>
  isMapping(value) && textIn(value) !== '' && !isTooLong(value.text, limit);

const isButton = ({ type, text, value, action_id, style }: Unknowns): boolean =>
  type !== 'button' ||
  (isText(text, limits.buttonText) &&
    isMapping(text) &&
    text.type === 'plain_text' &&
    !isTooLong(value, limits.buttonValue) &&
    !isTooLong(action_id, limits.id) &&
    (style === undefined || style === 'primary' || style === 'danger'));

const isElements = (elements: readonly Unknowns[], most: number): boolean =>
  elements.length > 0 && elements.length <= most;

const isBlock = (block: Unknowns): boolean => {
  const elements = elementsOf(block);
  const ids = elements.flatMap(({ action_id: id }) => (id === undefined ? [] : [id]));
  if (isTooLong(block.block_id, limits.id) || new Set(ids).size < ids.length) return false;
  switch (block.type) {
    case 'divider':
      return true;
    case 'header':
      return isText(block.text, 150);
    case 'section': {
      const fields = Array.isArray(block.fields) ? block.fields : [];
      const hasText = block.text === undefined ? fields.length > 0 : isText(block.text, limits.sectionText);
      const isAccessory = !isMapping(block.accessory) || isButton(block.accessory);
      return (
        hasText && fields.length <= 10 && fields.every((one) => isText(one, limits.fieldText)) && isAccessory
      );
    }
    case 'context':
      return (
        isElements(elements, limits.contextElements) &&
        elements.every((one) => one.type === 'image' || isText(one, limits.sectionText))
      );
    case 'actions':
      return isElements(elements, limits.actionElements) && elements.every(isButton);
    default:
      return false;
  }
};

/**
 * Why Slack would not take a message, in its word for it; undefined where it would. Of Block Kit it knows what a message
 * of ours may hold: sections, context, actions with buttons, headers and dividers.
 * https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */
export const refusalOf = (
  body: Unknowns,
): 'no_text' | 'invalid_blocks' | 'msg_blocks_too_long' | undefined => {
  const blocks = blocksOf(body);
  if (body.blocks !== undefined && (!Array.isArray(body.blocks) || blocks.length < body.blocks.length))
    return 'invalid_blocks';
  if (blocks.length > limits.blocks || !blocks.every(isBlock)) return 'invalid_blocks';
  // No page names the number; about 13,000 are refused. https://github.com/slackapi/bolt-js/issues/2509
  if (JSON.stringify(blocks).length > 13_000) return 'msg_blocks_too_long';
  return textOf(body) === '' && blocks.length === 0 ? 'no_text' : undefined;
};

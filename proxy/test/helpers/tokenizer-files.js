'use strict';

/*
 * What tokenizer.json files hold, with vocabularies of a few tokens.
 */

const special = (id, content) => ({
  id,
  content,
  special: true,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

const NOTHING = { normalizer: null, pre_tokenizer: null, post_processor: null };

/** As BERT's: words, and pieces of words that begin with "##". */
const WORD_PIECE = {
  ...NOTHING,
  added_tokens: [special(0, '[CLS]'), special(1, '[SEP]')],
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: {
      '[CLS]': 0,
      '[SEP]': 1,
      '[UNK]': 2,
      hello: 3,
      world: 4,
      '##s': 5,
      '!': 6,
    },
  },
};

/** As GPT-2's: every byte has a letter, "Ġ" is a blank. */
const BYTE_LEVEL = {
  ...NOTHING,
  added_tokens: [special(9, '<|end|>')],
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    merges: [],
    vocab: { Hello: 0, Ġworld: 1, Ã: 2, '©': 3, ðŁĺ: 4, Ģ: 5 },
  },
};

module.exports = { BYTE_LEVEL, WORD_PIECE };

#include "wire/http/content_decoding.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "wire/http/head.h"

enum {
  PIECE_SIZE = 16 * 1024,
  CODING_MOST = 5,      /* libcurl's limit */
  WINDOW_LOG_MOST = 23, /* of zstd: RFC 9659 */
  RAW_TRAILER_SIZE = 4, /* some write the check sum of a wrapper that is not */
  WRAPPER_SIZE = 2,     /* what tells whether there is one */
  ANY_WRAPPER = 32      /* zlib's flag for gzip's or its own */
};

enum coding {
  CODING_NONE,
  CODING_GZIP,
  CODING_DEFLATE,
  CODING_BROTLI,
  CODING_ZSTD,
  CODING_UNKNOWN
};

/* One coding: bytes in, decoded bytes out. */
struct stage {
  enum coding coding;
  union {
    z_stream zlib;
    BrotliDecoderState *brotli;
    ZSTD_DStream *zstd;
  } state;
  bool is_open;                        /* there is a state to end */
  bool is_ended;                       /* its stream has */
  size_t spare;                        /* bytes that may follow its end */
  unsigned char wrapper[WRAPPER_SIZE]; /* of deflate, until it is known */
  size_t wrapper_size;
  struct pc_text output; /* in `piece`: what the next stage has not read */
  char piece[PIECE_SIZE];
};

struct pc_content_decoding {
  bool is_unknown; /* one of the codings is */
  size_t count;
  struct stage stages[]; /* the outermost coding first */
};

/* Lends the first `size` bytes of the piece. */
static void put_out(struct stage *stage, size_t size)
{
  stage->output = (struct pc_text){.data = stage->piece, .size = size};
}

static enum coding coding_of(struct pc_text name)
{
  static const struct {
    const char *name;
    enum coding coding;
  } known[] = {{"identity", CODING_NONE},   {"none", CODING_NONE},
               {"gzip", CODING_GZIP},       {"x-gzip", CODING_GZIP},
               {"deflate", CODING_DEFLATE}, {"br", CODING_BROTLI},
               {"zstd", CODING_ZSTD}};

  for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
    if (name.size == strlen(known[i].name) &&
        strncasecmp(name.data, known[i].name, name.size) == 0)
      return known[i].coding;
  return CODING_UNKNOWN;
}

/* What the fields of a head name, in the order the codings were applied. */
struct codings {
  enum coding list[CODING_MOST];
  size_t count;
};

static enum pc_status add_codings(struct codings *codings, struct pc_text list)
{
  while (list.size) {
    struct pc_text name = pc_text_take_element(&list);

    if (!name.size)
      continue;
    if (codings->count == CODING_MOST)
      return PC_PARSE_ERROR;
    codings->list[codings->count++] = coding_of(name);
  }
  return PC_OK;
}

static enum pc_status list_codings(struct pc_text head, struct codings *out)
{
  struct pc_text list = {0};
  enum pc_status status = PC_OK;

  *out = (struct codings){.count = 0};
  while (status == PC_OK &&
         pc_http_head_find(head.data, head.size, "content-encoding", &list)) {
    pc_text_drop(&head, (size_t)(list.data - head.data) + list.size);
    status = add_codings(out, list);
  }
  return status;
}

static bool open_zlib(struct stage *stage, int window_bits)
{
  stage->is_open = inflateInit2(&stage->state.zlib, window_bits) == Z_OK;
  return stage->is_open;
}

static bool open_brotli(struct stage *stage)
{
  stage->state.brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
  stage->is_open = stage->state.brotli != NULL;
  return stage->is_open;
}

static bool open_zstd(struct stage *stage)
{
  stage->state.zstd = ZSTD_createDStream();
  stage->is_open = stage->state.zstd != NULL;
  return stage->is_open &&
         !ZSTD_isError(ZSTD_DCtx_setParameter(
             stage->state.zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MOST));
}

static bool open_stage(struct stage *stage)
{
  switch (stage->coding) {
  case CODING_GZIP:
    return open_zlib(stage, MAX_WBITS + ANY_WRAPPER);
  case CODING_BROTLI:
    return open_brotli(stage);
  case CODING_ZSTD:
    return open_zstd(stage);
  case CODING_DEFLATE: /* once its first bytes are known */
  case CODING_NONE:
  case CODING_UNKNOWN:
    break;
  }
  return true;
}

static void close_stage(struct stage *stage)
{
  if (!stage->is_open)
    return;
  stage->is_open = false;
  if (stage->coding == CODING_BROTLI)
    BrotliDecoderDestroyInstance(stage->state.brotli);
  else if (stage->coding == CODING_ZSTD)
    ZSTD_freeDStream(stage->state.zstd);
  else
    inflateEnd(&stage->state.zlib);
}

/* NULL on no memory. */
static struct pc_content_decoding *create(const struct codings *codings)
{
  struct pc_content_decoding *decoding =
      calloc(1, sizeof(*decoding) + codings->count * sizeof(struct stage));

  for (size_t i = codings->count; decoding && i > 0; i--) {
    struct stage *stage = &decoding->stages[decoding->count];

    stage->coding = codings->list[i - 1];
    put_out(stage, 0);
    decoding->is_unknown |= stage->coding == CODING_UNKNOWN;
    decoding->count += stage->coding != CODING_NONE;
    if (open_stage(stage))
      continue;
    pc_content_decoding_destroy(decoding);
    return NULL;
  }
  return decoding;
}

enum pc_status pc_content_decoding_create(struct pc_text head,
                                          struct pc_content_decoding **out)
{
  struct codings codings;
  enum pc_status status = list_codings(head, &codings);

  *out = NULL;
  if (status != PC_OK)
    return status;
  *out = create(&codings);
  if (!*out)
    return PC_NO_MEMORY;
  if ((*out)->count)
    return PC_OK;
  pc_content_decoding_destroy(*out);
  *out = NULL;
  return PC_OK;
}

void pc_content_decoding_destroy(struct pc_content_decoding *decoding)
{
  if (!decoding)
    return;
  for (size_t i = 0; i < decoding->count; i++)
    close_stage(&decoding->stages[i]);
  free(decoding);
}

static enum pc_status run_zlib(struct stage *stage, struct pc_text *input)
{
  z_stream *zlib = &stage->state.zlib;
  uInt size = input->size < UINT_MAX ? (uInt)input->size : UINT_MAX;
  int result = Z_OK;

  zlib->next_in = (z_const Bytef *)input->data;
  zlib->avail_in = size;
  zlib->next_out = (Bytef *)stage->piece;
  zlib->avail_out = PIECE_SIZE;
  result = inflate(zlib, Z_SYNC_FLUSH);
  pc_text_drop(input, size - zlib->avail_in);
  put_out(stage, PIECE_SIZE - zlib->avail_out);
  stage->is_ended = result == Z_STREAM_END;
  if (result == Z_MEM_ERROR)
    return PC_NO_MEMORY;
  /* Nothing to read and nothing to write is an error to zlib. */
  return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR
             ? PC_OK
             : PC_PARSE_ERROR;
}

/* Has deflate the wrapper that it should have (RFC 1950, 2.2)? */
static bool is_wrapped(const unsigned char *wrapper)
{
  enum { METHOD_MASK = 15, LOG_SHIFT = 4, LOG_MOST = 7, CHECK = 31 };

  return (wrapper[0] & METHOD_MASK) == Z_DEFLATED &&
         wrapper[0] >> LOG_SHIFT <= LOG_MOST &&
         ((wrapper[0] << CHAR_BIT) + wrapper[1]) % CHECK == 0;
}

/* Many servers take "deflate" at its word and leave the wrapper out. */
static enum pc_status run_deflate(struct stage *stage, struct pc_text *input)
{
  struct pc_text wrapper = {.data = (const char *)stage->wrapper,
                            .size = WRAPPER_SIZE};
  bool has_wrapper = false;

  if (stage->is_open)
    return run_zlib(stage, input);
  while (input->size && stage->wrapper_size < WRAPPER_SIZE) {
    stage->wrapper[stage->wrapper_size++] = (unsigned char)*input->data;
    pc_text_drop(input, 1);
  }
  if (stage->wrapper_size < WRAPPER_SIZE)
    return PC_OK;
  has_wrapper = is_wrapped(stage->wrapper);
  stage->spare = has_wrapper ? 0 : RAW_TRAILER_SIZE;
  if (!open_zlib(stage, has_wrapper ? MAX_WBITS : -MAX_WBITS))
    return PC_NO_MEMORY;
  return run_zlib(stage, &wrapper);
}

static enum pc_status fault_of_brotli(BrotliDecoderErrorCode code)
{
  bool is_memory = code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                   code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;

  return is_memory ? PC_NO_MEMORY : PC_PARSE_ERROR;
}

static enum pc_status run_brotli(struct stage *stage, struct pc_text *input)
{
  BrotliDecoderState *brotli = stage->state.brotli;
  const uint8_t *next = (const uint8_t *)input->data;
  size_t left = input->size;
  uint8_t *out = (uint8_t *)stage->piece;
  size_t room = PIECE_SIZE;
  BrotliDecoderResult result =
      BrotliDecoderDecompressStream(brotli, &left, &next, &room, &out, NULL);

  pc_text_drop(input, input->size - left);
  put_out(stage, PIECE_SIZE - room);
  stage->is_ended = result == BROTLI_DECODER_RESULT_SUCCESS;
  return result == BROTLI_DECODER_RESULT_ERROR
             ? fault_of_brotli(BrotliDecoderGetErrorCode(brotli))
             : PC_OK;
}

static enum pc_status run_zstd(struct stage *stage, struct pc_text *input)
{
  ZSTD_inBuffer in = {.src = input->data, .size = input->size};
  ZSTD_outBuffer out = {.dst = stage->piece, .size = PIECE_SIZE};
  size_t result = ZSTD_decompressStream(stage->state.zstd, &out, &in);

  pc_text_drop(input, in.pos);
  put_out(stage, out.pos);
  if (!ZSTD_isError(result))
    return PC_OK;
  return ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation
             ? PC_NO_MEMORY
             : PC_PARSE_ERROR;
}

/* What follows the end of a stream. */
static enum pc_status drop_spare(struct stage *stage, struct pc_text *input)
{
  if (input->size > stage->spare)
    return PC_PARSE_ERROR;
  stage->spare -= input->size;
  pc_text_drop(input, input->size);
  put_out(stage, 0);
  return PC_OK;
}

/* Decodes until there is output, or nothing left of `input`. */
static enum pc_status run_stage(struct stage *stage, struct pc_text *input)
{
  enum pc_status status = PC_OK;

  do {
    if (stage->is_ended)
      status = drop_spare(stage, input);
    else if (stage->coding == CODING_GZIP)
      status = run_zlib(stage, input);
    else if (stage->coding == CODING_DEFLATE)
      status = run_deflate(stage, input);
    else if (stage->coding == CODING_BROTLI)
      status = run_brotli(stage, input);
    else
      status = run_zstd(stage, input);
  } while (status == PC_OK && !stage->output.size && input->size);
  return status;
}

enum pc_status pc_content_decoding_read(struct pc_content_decoding *decoding,
                                        struct pc_text *input,
                                        struct pc_text *out)
{
  size_t at = decoding->count - 1;
  enum pc_status status = PC_OK;

  *out = (struct pc_text){.data = input->data, .size = 0};
  if (decoding->is_unknown)
    return input->size ? PC_PARSE_ERROR : PC_OK;
  while (true) {
    struct stage *stage = &decoding->stages[at];

    status = run_stage(stage, at ? &decoding->stages[at - 1].output : input);
    if (status != PC_OK)
      return status;
    if (stage->output.size && at + 1 == decoding->count) {
      *out = stage->output;
      return PC_OK;
    }
    if (!stage->output.size && at == 0)
      return PC_OK;
    at = stage->output.size ? at + 1 : at - 1;
  }
}

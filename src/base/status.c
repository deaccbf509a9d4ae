#include "base/status.h"

struct status_words {
  const char *code;
  const char *sentence;
};

static const struct status_words words[] = {
#define PC_STATUS_WORDS(name, code, sentence) {code, sentence},
    PC_STATUS_MAP(PC_STATUS_WORDS)
#undef PC_STATUS_WORDS
};

const char *pc_status_code(enum pc_status status)
{
  return words[status].code;
}

const char *pc_status_sentence(enum pc_status status)
{
  return words[status].sentence;
}

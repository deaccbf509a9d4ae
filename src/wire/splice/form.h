/*
 * form.h - the shapes of request that the proxy can cut and join.
 */
#ifndef PC_WIRE_SPLICE_FORM_H
#define PC_WIRE_SPLICE_FORM_H

/* Numbers are part of the addon's interface. */
enum pc_splice_form {
  PC_SPLICE_EMBEDDINGS, /* {"input": …} */
  PC_SPLICE_RERANK,     /* {"query": …, "texts": […]} */
  PC_SPLICE_CLASSIFY,   /* {"inputs": …} */
  PC_SPLICE_GENERIC     /* {"url_path": …, "payloads": […]} */
};

#endif

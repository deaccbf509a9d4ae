'use strict';

const { BatchPostResponse } = require('./batch-post-response');
const { CancellationToken } = require('./cancellation-token');
const { ClassificationResponse } = require('./classification-response');
const { EmbeddingsResponse } = require('./embeddings-response');
const {
  CancelledError,
  ClosedError,
  ConnectionError,
  HttpError,
  ParseError,
  PerformanceClientError,
  TimeoutError,
} = require('./errors');
const { HttpClientWrapper } = require('./http-client-wrapper');
const { PerformanceClient } = require('./performance-client');
const {
  RequestProcessingPreference,
} = require('./request-processing-preference');
const { RerankResponse } = require('./rerank-response');
const { version } = require('./version');

module.exports = {
  BatchPostResponse,
  CancellationToken,
  CancelledError,
  ClassificationResponse,
  ClosedError,
  ConnectionError,
  EmbeddingsResponse,
  HttpClientWrapper,
  HttpError,
  ParseError,
  PerformanceClient,
  PerformanceClientError,
  RequestProcessingPreference,
  RerankResponse,
  TimeoutError,
  version,
};

'use strict';

const { CHANNELS } = require('./call/tracing');
const { BatchPostResponse } = require('./responses/response');
const { CancellationToken } = require('./cancellation/cancellation');
const {
  ClassificationResponse,
  RerankResponse,
} = require('./responses/scores');
const { EmbeddingsResponse } = require('./responses/embeddings');
const {
  AbortError,
  CancelledError,
  ClosedError,
  ConnectionError,
  HttpError,
  ParseError,
  PerformanceClientError,
  TimeoutError,
  isClientError,
} = require('./errors/errors');
const { InvalidArgumentError } = require('./errors/invalid-argument');
const { Endpoint } = require('./endpoints/endpoint');
const { EndpointPool } = require('./endpoints/endpoint-pool');
const { HttpClientWrapper } = require('./pool/http-client-wrapper');
const { PerformanceClient } = require('./client/performance-client');
const { RequestProcessingPreference } = require('./preference/preference');
const { TraceContext } = require('./preference/trace-context');
const { version } = require('./base/version');

module.exports = {
  AbortError,
  BatchPostResponse,
  CancellationToken,
  CancelledError,
  ClassificationResponse,
  ClosedError,
  ConnectionError,
  EmbeddingsResponse,
  Endpoint,
  EndpointPool,
  HttpClientWrapper,
  HttpError,
  InvalidArgumentError,
  ParseError,
  PerformanceClient,
  PerformanceClientError,
  RequestProcessingPreference,
  RerankResponse,
  TimeoutError,
  TraceContext,
  channels: CHANNELS,
  isClientError,
  version,
};

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata

/// A stage that does nothing: what is left is the cost of being there.
struct PassThrough: AttentiveStage {
  static let id: StageID = "pass-through"
  static let options: [any OptionDeclaration] = []

  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}

  func attention(to entry: Entry, now: Timestamp) -> Timestamp { entry.freshUntil }

  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await next(request)
  }
}

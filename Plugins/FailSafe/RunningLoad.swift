// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A load that runs within time limits: callers may leave it and later ones join it.
final class RunningLoad: Sendable {
  /// The context that the loader was given: the first caller's.
  let first: LoadContext
  /// What the first caller asked.
  let request: CacheRequest
  let work: SharedWork<FinishedLoad>
  private let epoch: UInt64
  private let isBehind = Lock(false)

  init(_ first: LoadContext, epoch: UInt64, request: CacheRequest, runtime: CacheRuntime) {
    self.first = first
    self.epoch = epoch
    self.request = request
    work = SharedWork(runtime: runtime)
  }

  /// Whether nothing was invalidated since the load began that its result could be.
  func isCurrent(_ epoch: UInt64) -> Bool {
    epoch == self.epoch && (first.lease?.isValid ?? false)
  }

  /// Whether what the load brings will do for a caller: one with a token may know of a change that
  /// this load began before, and this node has not heard of.
  func satisfies(_ other: CacheRequest) -> Bool {
    other.options.token == nil || other.options.token == request.options.token
  }

  /// Whether the caller is the first who lets the load go on behind.
  func isFirstBehind() -> Bool {
    isBehind.withLock { isBehind in
      defer { isBehind = true }
      return !isBehind
    }
  }
}

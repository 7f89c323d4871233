// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// What a request did, as a row of counters: an operation, or work behind the callers.
enum CountedOperation: Int, CaseIterable {
  case read, write, remove, expire, touch, lifetime, invalidate, clear, refresh

  init(_ request: CacheRequest) {
    if request.isBehind {
      self = .refresh
      return
    }
    self =
      switch request.operation {
      case .read: .read
      case .write: .write
      case .remove: .remove
      case .expire: .expire
      case .touch: .touch
      case .lifetime: .lifetime
      case .invalidate: .invalidate
      case .clear: .clear
      }
  }

  var name: String { "\(self)" }
}

/// What became of a key, as a counter.
enum CountedOutcome: Int, CaseIterable {
  /// A hit on the fast road.
  case fast
  case hit, stale, loaded
  /// Loaded, by the load of another caller.
  case shared
  case renewed, miss, done, refused, failed
  /// The request as a whole was given up: cancelled, too late, or the cache is closed.
  case abandoned

  init(_ reply: KeyReply) {
    self =
      switch reply.outcome {
      case .hit: .hit
      case .stale: .stale
      case .loaded: reply.isShared ? .shared : .loaded
      case .renewed: .renewed
      case .miss: .miss
      case .done: .done
      case .refused: .refused
      case .failed: .failed
      }
  }

  var name: String { "\(self)" }
}

extension StaleReason {
  /// Every reason, in the order of their counters.
  static let counted: [StaleReason] = [
    .loaderFailed, .softTimeout, .hardTimeout, .throttled, .refreshing, .waiting, .breakerOpen,
    .asked, .defaultValue,
  ]
}

extension RefusalReason {
  /// Every reason, in the order of their counters.
  static let counted: [RefusalReason] = [
    .older, .leaseRevoked, .tooLarge, .invalid, .notStorable, .rateLimited, .absent, .full,
  ]
}

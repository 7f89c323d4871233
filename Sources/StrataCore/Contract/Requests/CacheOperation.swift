// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a request asks for.
public enum CacheOperation: Sendable {
  /// Finds values, and loads those that are missing where the request has a loader.
  case read
  /// Stores the values given, one for each key.
  indirect case write(Batch<LoadedValue>)
  /// Removes the keys from every tier.
  case remove
  /// Makes the keys stale: they are loaded anew, and stay as a fallback.
  case expire
  /// Gives the keys a new TTL from now on.
  case touch(Duration)
  /// Asks how long the keys remain fresh.
  case lifetime
  /// Invalidates everything under the tags. The request has no keys.
  case invalidate([Tag])
  /// Invalidates everything. The request has no keys.
  case clear

  /// The operation as one word, for metrics and errors.
  public var name: String {
    switch self {
    case .read: "read"
    case .write: "write"
    case .remove: "remove"
    case .expire: "expire"
    case .touch: "touch"
    case .lifetime: "lifetime"
    case .invalidate: "invalidate"
    case .clear: "clear"
    }
  }

  /// Whether the operation changes anything.
  public var isChange: Bool {
    switch self {
    case .read, .lifetime: false
    case .write, .remove, .expire, .touch, .invalidate, .clear: true
    }
  }
}

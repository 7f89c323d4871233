// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A key that is read very often.
public struct HotKey: Sendable, Equatable {
  /// The key. It may hold personal data: for tools that the operator runs, not for logs.
  public let key: CacheKey
  /// Reads per second, at least.
  public let rate: Double

  init(key: CacheKey, rate: Double) {
    self.key = key
    self.rate = rate
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where values come from when the cache has none: one at a time, or many at once.
public enum Loader: Sendable {
  /// Loads one value. Called once for each missing key, concurrently for several.
  case each(@Sendable (LoadContext) async throws -> Payload?)
  /// Loads many values in one call; gets only the keys that are missing, and returns what it has in
  /// the same order, `nil` for what the source does not have.
  case bulk(@Sendable ([LoadContext]) async throws -> [Payload?])
  /// Takes the results of loads that were begun earlier and ended behind their callers' backs. They
  /// are stored under the leases with which they began.
  case finished([FinishedLoad])
}

/// A bulk loader that many calls share: it loads by ``LoadContext/argument``, so it serves the keys
/// of them all, and a stage may join their loads into one.
public final class LoadSource: Sendable {
  /// Creates the identity of one bulk loader.
  public init() {}
}

/// A load that was begun for an earlier request and has ended since.
public struct FinishedLoad: Sendable {
  /// What the loader was given, and what it said.
  public let context: LoadContext
  /// The value it returned; `nil` where it returned none.
  public let payload: Payload?

  /// Creates the result of a load.
  public init(context: LoadContext, payload: Payload?) {
    self.context = context
    self.payload = payload
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where values come from when the cache has none: one at a time, or many at once.
public enum Loader: Sendable {
  /// Loads one value. Called once for each missing key, concurrently for several.
  case each(@Sendable (LoadContext) async throws -> Payload?)
  /// Loads many values in one call; gets only the keys that are missing, and returns what it has in
  /// the same order, `nil` for what the source does not have.
  case bulk(@Sendable ([LoadContext]) async throws -> [Payload?])
}

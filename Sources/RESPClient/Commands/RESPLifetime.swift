// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How long a key will live, by the server's clock.
public enum RESPLifetime: Sendable, Hashable {
  /// There is no such key.
  case absent
  /// It does not expire.
  case endless
  /// So long from when the server answered.
  case remaining(Duration)
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An end of a list.
public enum RESPListEnd: Sendable, Hashable {
  /// The first element.
  case front
  /// The last element.
  case back
}

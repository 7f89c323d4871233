// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A field of an entry of a stream.
public struct RESPStreamField: Sendable, Hashable {
  /// Its name.
  public let name: [UInt8]
  /// Its value.
  public let value: [UInt8]
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How names are cut into slots: what lies in one slot lies on one server, and one command or
/// script may touch all of it.
public enum RESPSlots: Sendable, Hashable {
  /// One slot for everything: one server, or one that takes its place.
  case one
  /// The 16,384 slots of a cluster.
  case cluster
  /// One slot for each of several independent servers.
  case ring(RESPRing)

  /// How many slots there are.
  public var count: Int {
    switch self {
    case .one: 1
    case .cluster: RESPHashSlot.count
    case .ring(let ring): ring.count
    }
  }

  /// The slot of a name.
  public func slot(of name: UnsafeRawBufferPointer) -> Int {
    switch self {
    case .one: 0
    case .cluster: RESPHashSlot.slot(of: name)
    case .ring(let ring): ring.server(of: name)
    }
  }

  /// The slot of a name.
  public func slot(of name: [UInt8]) -> Int {
    if case .one = self { return 0 }
    return name.withUnsafeBytes { slot(of: $0) }
  }
}

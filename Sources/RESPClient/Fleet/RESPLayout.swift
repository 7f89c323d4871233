// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataNetwork

/// Which server holds which slots, and which others follow it.
public struct RESPLayout: Sendable, Hashable {
  /// A server that is written to, and those that copy it.
  public struct Shard: Sendable, Hashable {
    /// Where writes go.
    public var primary: Endpoint
    /// Where reads may go.
    public var replicas: [Endpoint]

    /// A shard.
    public init(_ primary: Endpoint, replicas: [Endpoint] = []) {
      self.primary = primary
      self.replicas = replicas
    }
  }

  private static let nobody = UInt16.max

  /// The shards; one that holds no slots any more stays until the next layout.
  public private(set) var shards: [Shard] = []
  private var owners: [UInt16]

  /// A layout in which nobody holds any of the slots.
  public init(slots: Int) { owners = Array(repeating: Self.nobody, count: max(1, slots)) }

  /// A layout in which each shard holds one slot.
  public init(_ shards: [Shard]) {
    self.init(slots: shards.count)
    for (slot, shard) in shards.enumerated() { assign(slot...slot, to: shard) }
  }

  /// How many slots there are.
  public var slotCount: Int { owners.count }

  /// The place of the shard that holds a slot in `shards`; `nil` for nobody.
  public func owner(of slot: Int) -> Int? {
    guard owners.indices.contains(slot), owners[slot] != Self.nobody else { return nil }
    return Int(owners[slot])
  }

  /// The shard that holds a slot; `nil` for nobody.
  public subscript(slot: Int) -> Shard? { owner(of: slot).map { shards[$0] } }

  /// Whether every slot is held by somebody.
  public var isComplete: Bool { !owners.contains(Self.nobody) }

  /// Gives slots to a shard; those outside of the layout are left out.
  public mutating func assign(_ slots: ClosedRange<Int>, to shard: Shard) {
    let place = place(of: shard)
    guard place < Int(Self.nobody) else { return }
    for slot in slots.clamped(to: -1...owners.count) where owners.indices.contains(slot) {
      owners[slot] = UInt16(place)
    }
  }

  /// Notes that a slot is held by the server at `endpoint`, whether it is known or not.
  public mutating func move(_ slot: Int, to endpoint: Endpoint) {
    let known = shards.first { $0.primary == endpoint }
    assign(slot...slot, to: known ?? Shard(endpoint))
  }

  /// The slots whose writes go to another server than in `earlier`, by the server that held them.
  public func moved(since earlier: RESPLayout) -> [Endpoint: [Int]] {
    var moved: [Endpoint: [Int]] = [:]
    for slot in owners.indices {
      guard let before = earlier[slot]?.primary, before != self[slot]?.primary else { continue }
      moved[before, default: []].append(slot)
    }
    return moved
  }

  private mutating func place(of shard: Shard) -> Int {
    if let place = shards.firstIndex(where: { $0.primary == shard.primary }) {
      shards[place] = shard
      return place
    }
    shards.append(shard)
    return shards.count - 1
  }
}

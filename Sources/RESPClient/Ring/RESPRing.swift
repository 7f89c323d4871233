// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A ring of several independent servers: each name belongs to the server that follows it.
///
/// Every server stands at many points of the ring, so that each holds about as much, and one that
/// is added takes its share from all the others and moves nothing else. Where a server stands
/// depends on its name alone, so every process that knows the same servers agrees, in whatever
/// order it lists them.
public struct RESPRing: Sendable, Hashable {
  /// How many servers there are.
  public let count: Int
  /// Where they stand, in ascending order, and which it is at each point.
  private let points: [UInt64]
  private let servers: [UInt16]

  /// At how many points each server stands. With 1,024, shares differ by about 3% of themselves.
  public static let pointsEach = 1_024

  /// A ring of servers by their names; at most 1,024 of them, the rest is left out.
  public init(_ names: [String], pointsEach: Int = RESPRing.pointsEach) {
    count = max(1, min(names.count, 1_024))
    var standing: [(point: UInt64, name: String, server: UInt16)] = []
    standing.reserveCapacity(count * pointsEach)
    for (server, name) in names.prefix(1_024).enumerated() {
      for number in 0..<max(1, pointsEach) {
        let point = Array("\(name)#\(number)".utf8).withUnsafeBytes(Self.digest)
        standing.append((point, name, UInt16(server)))
      }
    }
    standing.sort { ($0.point, $0.name) < ($1.point, $1.name) }
    points = standing.map { $0.point }
    servers = standing.map { $0.server }
  }

  /// The place in the list of the server that a name belongs to.
  public func server(of name: UnsafeRawBufferPointer) -> Int {
    if points.isEmpty { return 0 }
    let digest = Self.digest(name)
    var (low, high) = (0, points.count)
    while low < high {
      let middle = low + (high - low) / 2
      if points[middle] < digest { low = middle + 1 } else { high = middle }
    }
    return Int(servers[low == points.count ? 0 : low])
  }

  /// FNV-1a with a finish that spreads the last bytes: the same in every process and release.
  static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return hash ^ hash >> 31
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// The wire between the two ends of a connection of a ``MemoryNetwork``. On the loop.
///
/// Each direction delivers its parcels in order, each after its own latency or when the one before
/// arrives, whichever is later.
final class MemoryLink: @unchecked Sendable {
  // Sendable: touched on the loop only; the constants are set in `init`.

  /// What travels.
  enum Parcel: Sendable {
    case bytes([UInt8])
    case end
    case reset
  }

  private struct Direction {
    var lastArrival = Timestamp.distantPast
    var isSilent = false
    var held: [Parcel] = []
  }

  let endpoint: Endpoint
  let number: Int
  private let network: MemoryNetwork
  private let listener: MemoryListener
  private var ends: [MemoryConnection] = []
  private var directions = [Direction(), Direction()]
  private var openEnds = 2

  init(network: MemoryNetwork, listener: MemoryListener) {
    self.network = network
    self.listener = listener
    endpoint = listener.endpoint
    number = network.freshPort()
  }

  /// Opens both ends, the listener's first, and returns the client's.
  func open(client handler: any ConnectionHandler, options: ConnectOptions) -> MemoryConnection {
    let caller = Endpoint.tcp(host: "memory", port: number)
    let loop = network.memoryLoop
    let client = MemoryConnection(
      loop: loop, link: self, side: 0, endpoint: endpoint, options: options, handler: handler)
    let server = MemoryConnection(
      loop: loop, link: self, side: 1, endpoint: caller, options: listener.options.connection,
      handler: listener.makeHandler())
    ends = [client, server]
    network.add(self)
    server.open()
    client.open()
    return client
  }

  /// Takes what `side` sends.
  func carry(_ parcel: Parcel, from side: Int) {
    let conditions = network.conditions(at: endpoint)
    guard !directions[side].isSilent else { return }
    // What is held goes first, even where the partition has ended and nobody has been told yet.
    if conditions.isPartitioned || !directions[side].held.isEmpty {
      return directions[side].held.append(parcel)
    }
    guard case .bytes(let bytes) = parcel else {
      return deliver(parcel, from: side, after: network.latency(conditions))
    }
    if network.happens(conditions.silencing) { return directions[side].isSilent = true }
    if network.happens(conditions.cutting) {
      let part = Array(bytes.prefix(network.below(bytes.count + 1)))
      deliver(.bytes(part), from: side, after: network.latency(conditions))
      deliver(.reset, from: side, after: .zero)
      return deliver(.reset, from: 1 - side, after: network.latency(conditions))
    }
    for piece in torn(bytes, conditions) {
      deliver(.bytes(piece), from: side, after: network.latency(conditions))
    }
  }

  /// The conditions may have become better: what was held sets out.
  func conditionsChanged() {
    guard !network.conditions(at: endpoint).isPartitioned else { return }
    for side in 0...1 {
      let held = directions[side].held
      directions[side].held = []
      for parcel in held { carry(parcel, from: side) }
    }
  }

  func cut() { for end in ends { end.arrive(.reset) } }

  func networkEnds() { for end in ends { end.networkEnds() } }

  /// One end has closed; the link goes with the second.
  func endClosed() {
    openEnds -= 1
    if openEnds == 0 { network.remove(self) }
  }

  /// The end on `side` has handed over `count` bytes: its peer may send as many more.
  func handedOver(_ count: Int, on side: Int) { ends[1 - side].acknowledge(count) }

  private func deliver(_ parcel: Parcel, from side: Int, after latency: Duration) {
    let loop = network.memoryLoop
    let arrival = max(loop.now + latency, directions[side].lastArrival)
    directions[side].lastArrival = arrival
    let target = ends[1 - side]
    _ = loop.schedule(at: arrival) { target.arrive(parcel) }
  }

  private func torn(_ bytes: [UInt8], _ conditions: LinkConditions) -> [[UInt8]] {
    guard bytes.count > 1, network.happens(conditions.tearing) else { return [bytes] }
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty && pieces.count < 7 {
      let piece = rest.prefix(1 + network.below(rest.count))
      pieces.append(Array(piece))
      rest = rest.dropFirst(piece.count)
    }
    return rest.isEmpty ? pieces : pieces + [Array(rest)]
  }
}

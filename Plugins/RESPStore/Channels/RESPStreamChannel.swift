// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESPClient
internal import StrataCore

/// One subscription of a store whose messages are entries of a stream.
///
/// It reads on from the last entry it has seen, on a connection of its own. So what was sent while
/// the connection was lost comes after all, as long as the stream still holds it; the subscriber is
/// told of the loss just the same, at once, and of the moment from which it is up to date again.
final class RESPStreamChannel: TransportSubscription {
  /// How many messages the stream keeps, about.
  static let capacity = 10_000
  static let field: RESPKey = "m"
  /// How long a read waits on the server for the next entry.
  private static let patience: Duration = .seconds(1)

  private let fleet: RESPFleet<RESPStoreNode>
  private let stream: RESPKey
  private let runtime: CacheRuntime
  private let receive: @Sendable (TransportEvent) -> Void
  private let switched = Switch()
  private let life = Lock<(any SpawnedTask)?>(nil)

  init(
    _ fleet: RESPFleet<RESPStoreNode>, stream: [UInt8], runtime: CacheRuntime,
    _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) {
    (self.fleet, self.stream, self.runtime, self.receive) = (
      fleet, RESPKey(stream), runtime, receive
    )
  }

  func start() {
    let task = runtime.tasks.spawn("resp stream") { await self.live() }
    life.withLock { $0 = task }
    if switched.isOff { task.cancel() }
  }

  func cancel() {
    guard switched.turnOff() else { return }
    life.withLock { $0.take() }?.cancel()
  }

  private func live() async {
    var last: RESPStreamPlace?
    while !switched.isOff, !Task.isCancelled {
      if let node = fleet.owner(of: fleet.slot(of: stream.bytes)) {
        await follow(node.client.configuration, &last)
      }
      let pause = Backoff().delay(afterFailures: 1, random: runtime.random)
      try? await runtime.clock.sleep(for: pause)
    }
  }

  /// Reads on at one server until something fails.
  private func follow(
    _ configuration: RESPClientConfiguration, _ last: inout RESPStreamPlace?
  ) async {
    guard let client = try? RESPClient(configuration, runtime: runtime) else { return }
    client.start()
    var isSubscribed = false
    do {
      let newest = try await client.lastEntry(ofStream: stream)?.place ?? .start
      let generation = client.generation
      // A server that has lost the stream begins anew, with places that may be earlier ones.
      var place = min(last ?? newest, newest)
      last = place
      isSubscribed = true
      tell(.subscribed)
      while !switched.isOff {
        let entries = try await client.entries(
          after: place, ofStream: stream, waiting: Self.patience, generation: generation)
        for entry in entries {
          place = entry.place
          last = place
          if let message = entry["m"] { tell(.message(message)) }
        }
      }
    } catch {
      // Whatever it was, another connection comes, perhaps to another server.
    }
    if isSubscribed { tell(.lost) }
    await client.close()
  }

  private func tell(_ event: TransportEvent) { if !switched.isOff { receive(event) } }
}

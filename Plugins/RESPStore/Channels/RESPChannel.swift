// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESPClient
internal import StrataCore

/// One subscription of a store.
final class RESPChannel: TransportSubscription {
  private let runtime: CacheRuntime
  private let subscription: RESPFleetSubscription<RESPStoreNode>
  private let switched: Switch

  init(
    _ fleet: RESPFleet<RESPStoreNode>, channel: [UInt8], runtime: CacheRuntime,
    _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) {
    self.runtime = runtime
    let switched = Switch()
    self.switched = switched
    subscription = fleet.subscription(to: channel) {
      if switched.isOff { return }
      switch $0 {
      case .subscribed: receive(.subscribed)
      case .message(_, let payload): receive(.message(payload))
      case .lost: receive(.lost)
      case .refused: break
      }
    }
    subscription.start()
  }

  func cancel() {
    guard switched.turnOff() else { return }
    runtime.tasks.spawn("resp unsubscribe") { [subscription] in await subscription.close() }
  }
}

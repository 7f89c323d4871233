// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore
internal import StrataNetwork

/// Messages of one channel, from whichever server of a fleet carries it.
///
/// In a cluster the channel is a shard channel: it has a slot as names have, and its messages stay
/// among the servers that hold it. When the slot moves, or another server takes the primary's
/// place, the subscription goes there, and the listener is told of the loss in between.
public final class RESPFleetSubscription<Node: RESPNode>: Sendable {
  private struct State {
    var node: Node?
    var subscription: RESPSubscription?
    var watcher: Int?
    /// Counts the servers, so that what an earlier one still says is not heard.
    var turn = 0
    var isSubscribed = false
    var isRefused = false
    var isClosed = false
  }

  private let state = Lock(State())
  private let fleet: RESPFleet<Node>
  private let channel: [UInt8]
  private let listener: @Sendable (RESPSubscription.Event) -> Void

  /// Creates a subscription; ``start()`` makes it.
  public init(
    to channel: [UInt8], of fleet: RESPFleet<Node>,
    listener: @escaping @Sendable (RESPSubscription.Event) -> Void
  ) {
    (self.channel, self.fleet, self.listener) = (channel, fleet, listener)
  }

  /// Begins to subscribe, and to stay subscribed.
  public func start() {
    let watcher = fleet.watch { [weak self] in self?.follow() }
    state.withLock { $0.watcher = watcher }
    follow()
  }

  /// Ends the subscription.
  public func close() async {
    let (subscription, watcher) = state.withLock { state in
      state.isClosed = true
      state.turn += 1
      return (state.subscription.take(), state.watcher.take())
    }
    if let watcher { fleet.unwatch(watcher) }
    await subscription?.close()
  }

  /// Goes to the server that carries the channel now, if that is another one.
  private func follow() {
    guard let node = fleet.owner(of: fleet.slot(of: channel)) else { return }
    let (left, turn, wasSubscribed) = state.withLock { state in
      let isRight = state.node === node && !state.isRefused
      if state.isClosed || isRight { return (nil as RESPSubscription?, nil as Int?, false) }
      state.turn += 1
      defer { (state.node, state.isRefused, state.isSubscribed) = (node, false, false) }
      return (state.subscription.take(), state.turn, state.isSubscribed)
    }
    guard let turn else { return }
    if wasSubscribed { listener(.lost) }
    if let left { fleet.runtime.tasks.spawn("resp unsubscribe") { await left.close() } }
    subscribe(at: node, turn)
  }

  private func subscribe(at node: Node, _ turn: Int) {
    let isSharded = fleet.slots == .cluster
    let subscription = try? RESPSubscription(
      node.client.configuration, channels: isSharded ? [] : [channel],
      shardChannels: isSharded ? [channel] : [], runtime: fleet.runtime
    ) { [weak self] in self?.hear($0, turn) }
    let isCurrent = state.withLock { state in
      guard state.turn == turn, !state.isClosed else { return false }
      state.subscription = subscription
      return true
    }
    if isCurrent { subscription?.start() }
  }

  private func hear(_ event: RESPSubscription.Event, _ turn: Int) {
    let isHeard = state.withLock { state in
      guard state.turn == turn else { return false }
      switch event {
      case .subscribed: state.isSubscribed = true
      case .lost: state.isSubscribed = false
      case .refused: state.isRefused = true
      case .message: break
      }
      return true
    }
    guard isHeard else { return }
    if event == .refused { fleet.survey() } else { listener(event) }
  }
}

extension RESPFleet {
  /// Subscribes to a channel, on a connection of its own.
  public func subscription(
    to channel: [UInt8], listener: @escaping @Sendable (RESPSubscription.Event) -> Void
  ) -> RESPFleetSubscription<Node> {
    RESPFleetSubscription(to: channel, of: self, listener: listener)
  }

  /// Publishes a message, in a cluster to the servers that hold the channel's slot.
  public func publish(
    _ message: [UInt8], to channel: [UInt8], timeout: Duration? = nil
  ) async throws(RESPClientError) {
    let isSharded = slots == .cluster
    _ = try await send(slot: slot(of: channel), timeout: timeout) { writer, _ in
      writer.command(isSharded ? "SPUBLISH" : "PUBLISH", arguments: 2)
      writer.argument(channel)
      writer.argument(message)
    } read: { _ in
      { (frame) throws(RESPClientError) in try frame.readInteger() }
    }
  }
}

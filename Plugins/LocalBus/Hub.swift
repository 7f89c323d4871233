// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What all users of one bus share: who listens to which channel.
///
/// Hubs are found by name and by the clock of the runtime, so that two simulated worlds in one
/// process never hear each other. A hub lives as long as somebody uses it.
final class Hub: Sendable {
  private struct Name: Hashable {
    var bus: String
    var world: ObjectIdentifier
  }

  private struct Known {
    weak var hub: Hub?
  }

  private static let known = Lock<[Name: Known]>([:])

  private let listeners = Lock<[String: [Listener]]>([:])
  /// Kept, so that no other clock can take its place while the hub is known.
  private let clock: any CacheClock

  private init(clock: any CacheClock) { self.clock = clock }

  /// The hub of this name in the world of the runtime.
  static func named(_ bus: String, _ runtime: CacheRuntime) -> Hub {
    let name = Name(bus: bus, world: ObjectIdentifier(runtime.clock))
    return known.withLock { known in
      if let hub = known[name]?.hub { return hub }
      known = known.filter { $0.value.hub != nil }
      let hub = Hub(clock: runtime.clock)
      known[name] = Known(hub: hub)
      return hub
    }
  }

  func add(_ listener: Listener) {
    listeners.withLock { $0[listener.channel, default: []].append(listener) }
  }

  func remove(_ listener: Listener) {
    listeners.withLock { listeners in
      listeners[listener.channel]?.removeAll { $0 === listener }
      if listeners[listener.channel]?.isEmpty ?? false { listeners[listener.channel] = nil }
    }
  }

  func publish(_ message: [UInt8], on channel: String) {
    let heard = listeners.withLock { $0[channel] ?? [] }
    for listener in heard { listener.hand(.message(message)) }
  }
}

/// One subscriber: hands events on one at a time, in a task of its own.
///
/// Bounded: whoever is more than `capacity` messages behind has lost some, and is told so.
final class Listener: TransportSubscription {
  private struct State {
    var events: [TransportEvent] = []
    var isHanding = false
    var isCancelled = false
  }

  let channel: String
  private let hub: Hub
  private let runtime: CacheRuntime
  private let receive: @Sendable (TransportEvent) -> Void
  private let state = Lock(State())
  private let capacity = 10_000

  init(
    hub: Hub, channel: String, runtime: CacheRuntime,
    _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) {
    (self.hub, self.channel, self.runtime, self.receive) = (hub, channel, runtime, receive)
  }

  func hand(_ event: TransportEvent) {
    let capacity = capacity
    let isFirst = state.withLock { state in
      if state.isCancelled { return false }
      state.events.append(event)
      if state.events.count > capacity { state.events = [.lost, .subscribed] }
      defer { state.isHanding = true }
      return !state.isHanding
    }
    if isFirst { runtime.tasks.spawn("bus") { self.handAll() } }
  }

  private func handAll() {
    while true {
      let event = state.withLock { state -> TransportEvent? in
        if state.events.isEmpty || state.isCancelled {
          state.isHanding = false
          return nil
        }
        return state.events.removeFirst()
      }
      guard let event else { return }
      receive(event)
    }
  }

  func cancel() {
    hub.remove(self)
    state.withLock { ($0.isCancelled, $0.events) = (true, []) }
  }
}

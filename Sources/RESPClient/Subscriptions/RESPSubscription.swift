// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
public import StrataCore
internal import StrataNetwork

/// Messages of channels and patterns, on a connection of its own that comes back when it is lost.
///
/// ```swift
/// let news = try RESPSubscription(configuration, channels: ["news"], runtime: runtime) { event in
///   switch event {
///   case .message(let channel, let payload): …
///   case .subscribed: …  // from now on nothing is missed
///   case .lost: …        // from here until the next `subscribed` messages may be missed
///   }
/// }
/// news.start()
/// ```
///
/// Servers send messages at most once and keep none. So the listener is told of each loss, once,
/// and of the moment from which it misses nothing again. A peer that says nothing any more is found
/// by asking it now and then.
public final class RESPSubscription: Sendable {
  /// What a listener is told, in order, on the connection's loop. It must not block.
  public enum Event: Sendable, Hashable {
    /// The server has confirmed every channel and pattern.
    case subscribed
    /// A message.
    case message(channel: [UInt8], payload: [UInt8])
    /// The subscription is interrupted; what is sent until it is `subscribed` again is missed.
    case lost
    /// The server does not serve one of the channels, or not any more. In a cluster another does.
    case refused
  }

  private let client: RESPClient
  private let heart = Lock<(any SpawnedTask)?>(nil)
  private let runtime: CacheRuntime

  /// Creates a subscription; `start` makes it. It needs at least one channel or pattern.
  ///
  /// - Parameter shardChannels: channels of a cluster, all of one slot that the server holds.
  public init(
    _ configuration: RESPClientConfiguration, channels: [[UInt8]] = [], patterns: [[UInt8]] = [],
    shardChannels: [[UInt8]] = [],
    runtime: CacheRuntime, listener: @escaping @Sendable (Event) -> Void
  ) throws(RESPClientError) {
    let listening = RESPListening(
      awaited: [channels, patterns, shardChannels].count { !$0.isEmpty }, listener)
    var openings: [RESPOpening] = []
    if !channels.isEmpty { openings.append(listening.opening("SUBSCRIBE", channels)) }
    if !patterns.isEmpty { openings.append(listening.opening("PSUBSCRIBE", patterns)) }
    if !shardChannels.isEmpty { openings.append(listening.opening("SSUBSCRIBE", shardChannels)) }
    client = try RESPClient(configuration, runtime: runtime, openings: openings) { event in
      listening.hear(event)
    }
    self.runtime = runtime
  }

  /// Begins to connect, and to stay subscribed.
  public func start() {
    client.start()
    heart.withLock { heart in
      guard heart == nil else { return }
      heart = runtime.tasks.spawn("resp heartbeat") { [client, runtime] in
        while !Task.isCancelled {
          try? await runtime.clock.sleep(for: client.configuration.heartbeat)
          // Its deadline, and the grace after it, are what ends a connection to a silent peer.
          client.post { $0.command("PING") }
        }
      }
    }
  }

  /// Ends the subscription; the listener hears of no message any more.
  public func close() async {
    let task = heart.withLock { $0.take() }
    task?.cancel()
    await task?.wait()
    await client.close()
  }
}

/// Turns what happens on the connection into what the listener is told.
private final class RESPListening: Sendable {
  private struct State {
    var confirmed = 0
    var isSubscribed = false
  }

  private let state = Lock(State())
  private let awaited: Int
  private let listener: @Sendable (RESPSubscription.Event) -> Void

  init(awaited: Int, _ listener: @escaping @Sendable (RESPSubscription.Event) -> Void) {
    self.awaited = awaited
    self.listener = listener
  }

  func opening(_ verb: StaticString, _ names: [[UInt8]]) -> RESPOpening {
    RESPOpening { writer, _ in
      writer.command(verb, arguments: names.count)
      for name in names { writer.argument(name) }
    } read: { frame, _ in
      if !frame.isError { self.state.withLock { $0.confirmed += 1 } }
    }
  }

  func hear(_ event: RESPEvent) {
    switch event {
    case .connected, .failed: break
    case .opened: listener(isComplete() ? .subscribed : .refused)
    case .push(let value):
      if let message = Self.message(value) { listener(message) }
      if value[0]?.string == "sunsubscribe" {
        interrupt()
        listener(.refused)
      }
    case .lost: interrupt()
    }
  }

  private func interrupt() {
    let wasSubscribed = state.withLock { state in
      defer { state = State() }
      return state.isSubscribed
    }
    if wasSubscribed { listener(.lost) }
  }

  private func isComplete() -> Bool {
    state.withLock { state in
      state.isSubscribed = state.confirmed == awaited
      return state.isSubscribed
    }
  }

  private static func message(_ value: RESPValue) -> RESPSubscription.Event? {
    guard let parts = value.elements, let kind = parts.first?.string else { return nil }
    switch (kind, parts.count) {
    case ("message", 3), ("smessage", 3):
      return .message(channel: parts[1].bytes ?? [], payload: parts[2].bytes ?? [])
    case ("pmessage", 4):
      return .message(channel: parts[2].bytes ?? [], payload: parts[3].bytes ?? [])
    default: return nil
    }
  }
}

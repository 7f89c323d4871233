// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Carries messages between caches of one process: everybody who names the same bus hears it.
///
/// It stands for a network where there is none, such as for several plans in one service, and in
/// tests. It loses nothing, and keeps the order of each sender.
public final class LocalBus: MessageBus {
  /// `bus` in YAML.
  public static let kind: PluginID = "bus"

  enum Option {
    static let channel = PluginOption(
      "name", .optional(.text), default: nil,
      "The bus that is meant, where plans call it differently; the store's name otherwise.")
  }

  /// Which bus is meant.
  public static let options: [any OptionDeclaration] = [Option.channel]

  private let hub: Hub
  private let runtime: CacheRuntime
  private let isClosed = Lock(false)

  /// Joins the bus from a plan.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    hub = Hub.named(try options(Option.channel) ?? options.name, runtime)
    self.runtime = runtime
  }

  /// Hands the message to every subscriber.
  public func publish(_ message: [UInt8], on channel: String) async throws {
    if isClosed.withLock({ $0 }) { throw CacheError(.closed, "The bus has been closed.") }
    hub.publish(message, on: channel)
  }

  /// Subscribes at once.
  public func subscribe(
    to channel: String, _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) -> any TransportSubscription {
    let listener = Listener(hub: hub, channel: channel, runtime: runtime, receive)
    hub.add(listener)
    listener.hand(.subscribed)
    return listener
  }

  /// Leaves the bus.
  public func close() async { isClosed.withLock { $0 = true } }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A network for messages in which each node has a way of its own: lossy, slow, doubled, out of
/// order, cut with notice or without.
///
/// ``endpoint(seed:)`` makes the transport of one node; what goes wrong on its way is said there.
public final class SimulatedBus: Sendable {
  private let endpoints = Lock<[Endpoint]>([])
  private let runtime: CacheRuntime

  /// Creates a network without nodes.
  public init(runtime: CacheRuntime) { self.runtime = runtime }

  /// The transport of a new node, whose mishaps follow from `seed`.
  public func endpoint(seed: UInt64) -> Endpoint {
    let endpoint = Endpoint(bus: self, runtime: runtime, seed: seed)
    endpoints.withLock { $0.append(endpoint) }
    return endpoint
  }

  fileprivate func publish(_ message: [UInt8], on channel: String) {
    for endpoint in endpoints.withLock({ $0 }) { endpoint.deliver(message, on: channel) }
  }
}

extension SimulatedBus {
  /// What goes wrong between one node and the network.
  public struct Weather: Sendable {
    /// How many of a thousand messages to the node are lost.
    public var lost = 0
    /// How many of a thousand messages to the node come twice.
    public var doubled = 0
    /// The longest a message is on its way, in milliseconds; they overtake each other.
    public var delay = 0
    /// Nothing comes or goes, and nobody says so.
    public var isCut = false

    /// Creates weather in which nothing goes wrong.
    public init() {}
  }

  /// The transport of one node.
  public final class Endpoint: MessageBus {
    /// `simulated-bus` in YAML.
    public static let kind: PluginID = "simulated-bus"

    /// What is thrown where a message cannot be sent.
    public struct Cut: Error {}

    private let bus: SimulatedBus
    private let runtime: CacheRuntime
    private let random: SeededRandom
    private let state = Lock(Weather())
    private let ears = Lock<[Ear]>([])

    /// What goes wrong from now on.
    public var weather: Weather {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }

    fileprivate init(bus: SimulatedBus, runtime: CacheRuntime, seed: UInt64) {
      (self.bus, self.runtime, random) = (bus, runtime, SeededRandom(seed: seed))
    }

    /// Creates the only node of a network of its own.
    public convenience init(
      options: StoreOptions, runtime: CacheRuntime
    ) throws(ConfigurationError) {
      self.init(bus: SimulatedBus(runtime: runtime), runtime: runtime, seed: 1)
      bus.endpoints.withLock { $0.append(self) }
    }

    /// Sends to every node, this one included.
    public func publish(_ message: [UInt8], on channel: String) async throws {
      let weather = weather
      if weather.isCut { throw Cut() }
      if weather.delay > 0 {
        try await runtime.clock.sleep(for: .milliseconds(draw(weather.delay)))
      }
      if self.weather.isCut { throw Cut() }
      bus.publish(message, on: channel)
    }

    /// Subscribes, and says so as soon as others run.
    public func subscribe(
      to channel: String, _ receive: @escaping @Sendable (TransportEvent) -> Void
    ) -> any TransportSubscription {
      let ear = Ear(endpoint: self, channel: channel, receive: receive)
      ears.withLock { $0.append(ear) }
      runtime.tasks.spawn("subscribed") { ear.hand(.subscribed) }
      return ear
    }

    /// Ends the subscriptions for a moment, with notice: `.lost`, then `.subscribed`.
    public func interrupt(for time: Duration) {
      setCut(true)
      for ear in ears.withLock({ $0 }) { ear.hand(.lost) }
      runtime.tasks.spawn("interruption") {
        try? await self.runtime.clock.sleep(for: time)
        self.setCut(false)
        for ear in self.ears.withLock({ $0 }) { ear.hand(.subscribed) }
      }
    }

    private func setCut(_ isCut: Bool) { state.withLock { $0.isCut = isCut } }

    fileprivate func deliver(_ message: [UInt8], on channel: String) {
      let weather = weather
      for ear in ears.withLock({ $0 }) where ear.channel == channel {
        let isDoubled = draw(1000) < weather.doubled
        for _ in 0...(isDoubled ? 1 : 0) where draw(1000) >= weather.lost && !weather.isCut {
          let delay = draw(weather.delay + 1)
          runtime.tasks.spawn("message") {
            if delay > 0 { try? await self.runtime.clock.sleep(for: .milliseconds(delay)) }
            if !self.weather.isCut { ear.hand(.message(message)) }
          }
        }
      }
    }

    private func draw(_ bound: Int) -> Int { Int(random.below(UInt64(max(0, bound)))) }

    fileprivate func remove(_ ear: Ear) { ears.withLock { $0.removeAll { $0 === ear } } }
  }

  fileprivate final class Ear: TransportSubscription {
    private let endpoint: Endpoint
    let channel: String
    private let receive: @Sendable (TransportEvent) -> Void
    private let isCancelled = Lock(false)

    init(
      endpoint: Endpoint, channel: String, receive: @escaping @Sendable (TransportEvent) -> Void
    ) {
      (self.endpoint, self.channel, self.receive) = (endpoint, channel, receive)
    }

    func hand(_ event: TransportEvent) { if !isCancelled.withLock({ $0 }) { receive(event) } }

    func cancel() {
      isCancelled.withLock { $0 = true }
      endpoint.remove(self)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore
internal import StrataSystem

/// A network within the process, on a clock of one's choosing, with faults drawn from a seed.
///
/// It follows the rules of ``Network`` to the letter, so what runs on sockets runs on it; with a
/// virtual clock a run of many nodes replays exactly. All its connections share one loop, whose
/// turns are the clock's actions. Encryption is pretended: a TLS client is refused by a listener
/// without TLS, and bytes pass as they are.
///
/// ```swift
/// let network = MemoryNetwork(clock: clock, seed: 42)
/// network.conditions.latency = .milliseconds(1) ... .milliseconds(20)
/// network.setConditions(partitioned, at: replica)
/// ```
public final class MemoryNetwork: Network {
  private struct State {
    var general = LinkConditions()
    var particular: [Endpoint: LinkConditions] = [:]
    var listeners: [Endpoint: MemoryListener] = [:]
    var links: [ObjectIdentifier: MemoryLink] = [:]
    var seed: UInt64
    var nextPort = 40_000
    var isShutDown = false
  }

  /// The loop of all connections.
  public var loop: any NetworkLoop { memoryLoop }

  let memoryLoop: MemoryLoop
  private let state: Lock<State>

  /// Creates a network whose delays and faults follow from `seed`.
  public init(clock: any CacheClock, seed: UInt64) {
    memoryLoop = MemoryLoop(clock: clock)
    state = Lock(State(seed: seed))
  }

  /// The conditions of every link without its own.
  public var conditions: LinkConditions {
    get { state.withLock { $0.general } }
    set {
      state.withLock { $0.general = newValue }
      conditionsChanged()
    }
  }

  /// Sets the conditions of all links to the listener at `endpoint`, open ones included; `nil`
  /// makes them like the others again.
  public func setConditions(_ conditions: LinkConditions?, at endpoint: Endpoint) {
    state.withLock { $0.particular[endpoint] = conditions }
    conditionsChanged()
  }

  /// Resets every connection to the listener at `endpoint`.
  public func cut(_ endpoint: Endpoint) {
    memoryLoop.execute { for link in self.links where link.endpoint == endpoint { link.cut() } }
  }

  /// Opens a connection.
  public func connect(
    to endpoint: Endpoint, options: ConnectOptions, handler: any ConnectionHandler
  ) async throws(NetworkError) -> any Connection {
    let dial = MemoryDial(network: self, endpoint: endpoint, options: options, handler: handler)
    let outcome: MemoryDial.Outcome = await withTaskCancellationHandler {
      await Handover.wait { handover in dial.start { handover.finish($0) } }
    } onCancel: {
      dial.cancel()
    }
    return try outcome.get()
  }

  /// Accepts connections at `endpoint` until the listener is closed.
  public func listen(
    at endpoint: Endpoint, options: ListenOptions,
    accept: @escaping @Sendable () -> any ConnectionHandler
  ) async throws(NetworkError) -> any Listener {
    let listener: MemoryListener? = state.withLock { state in
      guard !state.isShutDown else { return nil }
      var endpoint = endpoint
      if case .tcp(let host, port: 0) = endpoint {
        endpoint = .tcp(host: host, port: state.nextPort)
        state.nextPort += 1
      }
      guard state.listeners[endpoint] == nil else { return nil }
      let listener = MemoryListener(
        network: self, endpoint: endpoint, options: options, makeHandler: accept)
      state.listeners[endpoint] = listener
      return listener
    }
    if let listener { return listener }
    let code: NetworkError.Code = isShutDown ? .closed : .addressUnavailable
    throw NetworkError(code, operation: "listen")
  }

  /// Ends every connection and listener.
  public func shutDown() {
    state.withLock { state in
      state.isShutDown = true
      state.listeners = [:]
    }
    memoryLoop.execute { for link in self.links { link.networkEnds() } }
  }
}

extension MemoryNetwork {
  var isShutDown: Bool { state.withLock { $0.isShutDown } }

  func listener(at endpoint: Endpoint) -> MemoryListener? {
    state.withLock { $0.listeners[endpoint] }
  }

  func remove(_ listener: MemoryListener) {
    state.withLock { state in
      guard state.listeners[listener.endpoint] === listener else { return }
      state.listeners[listener.endpoint] = nil
    }
  }

  func add(_ link: MemoryLink) {
    state.withLock { $0.links[ObjectIdentifier(link)] = link }
  }

  func remove(_ link: MemoryLink) {
    state.withLock { $0.links[ObjectIdentifier(link)] = nil }
  }

  func conditions(at endpoint: Endpoint) -> LinkConditions {
    state.withLock { $0.particular[endpoint] ?? $0.general }
  }

  func freshPort() -> Int {
    state.withLock { state in
      state.nextPort += 1
      return state.nextPort
    }
  }

  /// The next 64 random bits.
  func draw() -> UInt64 {
    state.withLock { state in
      state.seed &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state.seed
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  /// Whether something of this likelihood happens now.
  func happens(_ likelihood: Double) -> Bool {
    // Nothing is drawn for what cannot happen: adding a kind of fault leaves old seeds as they are.
    likelihood > 0 && Double(draw() >> 11) * 0x1p-53 < likelihood
  }

  func below(_ bound: Int) -> Int {
    Int(draw().multipliedFullWidth(by: UInt64(max(0, bound))).high)
  }

  func latency(_ conditions: LinkConditions) -> Duration {
    let (low, high) = (conditions.latency.lowerBound, conditions.latency.upperBound)
    guard low < high else { return low }
    let spread = Int(clamping: (high - low).saturatingNanoseconds)
    return low + .nanoseconds(below(spread + 1))
  }

  private var links: [MemoryLink] {
    // By age: the order of a dictionary would differ from run to run.
    state.withLock { Array($0.links.values) }.sorted { $0.number < $1.number }
  }

  private func conditionsChanged() {
    memoryLoop.execute { for link in self.links { link.conditionsChanged() } }
  }
}

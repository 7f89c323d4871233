// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import StrataNetwork

/// The links of a proxy, and what newcomers meet.
final class Floor: Sendable {
  private struct State {
    var rules: [FaultRule]
    var links: [FaultLink] = []
    var accepted = 0
    var refuses = false
  }

  private let upstream: Endpoint
  private let network: SocketNetwork
  private let seed: UInt64
  private let state: Lock<State>

  init(upstream: Endpoint, network: SocketNetwork, seed: UInt64, rules: [FaultRule]) {
    self.upstream = upstream
    self.network = network
    self.seed = seed
    state = Lock(State(rules: rules))
  }

  var links: [FaultLink] { state.withLock { $0.links } }
  var accepted: Int { state.withLock { $0.accepted } }

  var rules: [FaultRule] {
    get { state.withLock { $0.rules } }
    set { state.withLock { $0.rules = newValue } }
  }

  var refuses: Bool {
    get { state.withLock { $0.refuses } }
    set { state.withLock { $0.refuses = newValue } }
  }

  /// The handler of the next client.
  func admit() -> any ConnectionHandler {
    state.withLock { state in
      let number = state.accepted
      state.accepted += 1
      if state.refuses { return Doorman() }
      let link = FaultLink(
        number: number, upstream: upstream, network: network,
        seed: seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15, rules: state.rules
      ) { [weak self] link in self?.remove(link) }
      state.links.append(link)
      return ClientSide(link)
    }
  }

  private func remove(_ link: FaultLink) {
    state.withLock { $0.links.removeAll { $0 === link } }
  }
}

/// Turns a client away.
private final class Doorman: ConnectionHandler {
  func opened(_ connection: any Connection) { connection.close(.reset) }
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {}
  func closed(_ connection: any Connection, error: NetworkError?) {}
}

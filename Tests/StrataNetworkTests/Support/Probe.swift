// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork
import Testing

/// A handler that remembers what it heard, and lets a test wait until it has heard enough.
final class Probe: ConnectionHandler {
  struct Heard {
    var connection: (any Connection)?
    var bytes: [UInt8] = []
    var events: [String] = []
    var pieces = 0
    var error: NetworkError?

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isClosed: Bool { events.last == "closed" }
    func has(_ event: String) -> Bool { events.contains(event) }
  }

  private struct State {
    var heard = Heard()
    var waiters: [(condition: @Sendable (Heard) -> Bool, done: Handover<Heard>)] =
      []
  }

  typealias Reaction = @Sendable (String, any Connection, UnsafeRawBufferPointer?) -> Void

  private let state = Lock(State())
  private let reaction: Reaction?
  private let keepsBytes: Bool

  /// `reaction` is called on the loop with the event, the connection and what was received.
  init(keepsBytes: Bool = true, _ reaction: Reaction? = nil) {
    self.reaction = reaction
    self.keepsBytes = keepsBytes
  }

  /// A probe that sends back what it receives.
  static func echo() -> Probe {
    Probe(keepsBytes: false) { _, connection, bytes in
      if let bytes { connection.write(bytes) }
    }
  }

  var heard: Heard { state.withLock { $0.heard } }

  /// Waits until what was heard meets `condition`.
  @discardableResult
  func until(_ condition: @escaping @Sendable (Heard) -> Bool) async -> Heard {
    await Handover.wait { done in
      let met: Heard? = state.withLock { state in
        if condition(state.heard) { return state.heard }
        state.waiters.append((condition, done))
        return nil
      }
      if let met { done.finish(met) }
    }
  }

  func opened(_ connection: any Connection) {
    note("opened", connection) { $0.connection = connection }
  }
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    note("received", connection, bytes) { heard in
      if keepsBytes { heard.bytes.append(contentsOf: bytes) }
      heard.pieces += 1
    }
  }
  func woken(_ connection: any Connection) { note("woken", connection) { _ in } }
  func drained(_ connection: any Connection) { note("drained", connection) { _ in } }
  func inputEnded(_ connection: any Connection) { note("inputEnded", connection) { _ in } }
  func closed(_ connection: any Connection, error: NetworkError?) {
    note("closed", connection) {
      $0.error = error
      $0.connection = nil
    }
  }

  private func note(
    _ event: String, _ connection: any Connection, _ bytes: UnsafeRawBufferPointer? = nil,
    _ change: (inout Heard) -> Void
  ) {
    reaction?(event, connection, bytes)
    let (ready, now) = state.withLock { state in
      if event != "received" || state.heard.events.last != "received" {
        state.heard.events.append(event)
      }
      change(&state.heard)
      let ready = state.waiters.filter { $0.condition(state.heard) }.map(\.done)
      state.waiters.removeAll { $0.condition(state.heard) }
      return (ready, state.heard)
    }
    for waiter in ready { waiter.finish(now) }
  }
}

/// The probes of the connections that a listener has accepted.
final class Hall: Sendable {
  private struct State {
    var guests: [Probe] = []
    var waiters: [(count: Int, done: Handover<Void>)] = []
  }

  private let state = Lock(State())
  private let make: @Sendable () -> Probe

  init(_ make: @escaping @Sendable () -> Probe = { Probe() }) { self.make = make }

  func admit() -> Probe {
    let guest = make()
    let ready = state.withLock { state in
      state.guests.append(guest)
      let count = state.guests.count
      defer { state.waiters.removeAll { $0.count <= count } }
      return state.waiters.filter { $0.count <= count }.map(\.done)
    }
    for waiter in ready { waiter.finish(()) }
    return guest
  }

  /// The guest with this index, once it has come.
  func guest(_ index: Int = 0) async -> Probe {
    await Handover<Void>.wait { done in
      let isHere = state.withLock { state in
        if state.guests.count > index { return true }
        state.waiters.append((index + 1, done))
        return false
      }
      if isHere { done.finish(()) }
    }
    return state.withLock { $0.guests[index] }
  }
}

/// Runs `action` on the connection's loop and waits until it has.
func onLoop<Value: Sendable>(
  _ connection: any Connection, _ action: @escaping @Sendable () -> Value
) async -> Value {
  await Handover.wait { done in
    connection.loop.execute { done.finish(action()) }
  }
}

/// A network, a listener and a connection to it, with both ends' probes.
struct Pair {
  let network: SocketNetwork
  let listener: any Listener
  let connection: any Connection
  let client: Probe
  let server: Probe

  static func make(
    at endpoint: Endpoint = .loopback, client: Probe = Probe(),
    options: ConnectOptions = ConnectOptions(), listening: ListenOptions = ListenOptions(),
    server: @escaping @Sendable () -> Probe = { Probe() }
  ) async throws -> Pair {
    let network = SocketNetwork()
    let hall = Hall(server)
    let listener = try await network.listen(at: endpoint, options: listening) { hall.admit() }
    let connection = try await network.connect(
      to: listener.endpoint, options: options, handler: client)
    let guest = await hall.guest()
    await guest.until { $0.has("opened") }
    return Pair(
      network: network, listener: listener, connection: connection, client: client, server: guest)
  }
}

/// A value under a lock that closures may share.
final class Shared<Value: Sendable>: Sendable {
  private let state: Lock<Value>

  init(_ value: Value) { state = Lock(value) }

  var value: Value { state.withLock { $0 } }

  @discardableResult
  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    state.withLock { body(&$0) }
  }
}

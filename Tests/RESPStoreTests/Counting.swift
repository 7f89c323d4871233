// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RedisServer
import StrataCore
import StrataNetwork
import Testing

/// A relay before a server that counts how often the client speaks after the server has.
///
/// Commands that travel together are one turn, into however many pieces the network breaks them.
final class Counting: Sendable {
  fileprivate struct State {
    var turns = 0
    var isClientsTurn = false
    var client: (any Connection)?
    var server: (any Connection)?
    var early: [UInt8] = []
  }

  fileprivate let state = Lock(State())
  private let network = SocketNetwork()
  private let port = Lock(0)

  deinit { network.shutDown() }

  static func start(_ server: RedisServer) async throws -> Counting {
    let counting = Counting()
    let listener = try await counting.network.listen(at: .loopback) { [weak counting] in
      Front(counting)
    }
    counting.port.withLock { $0 = listener.endpoint.port ?? 0 }
    let back = Back(counting)
    let connection = try await counting.network.connect(to: server.endpoint, handler: back)
    counting.state.withLock { $0.server = connection }
    return counting
  }

  var url: String { "redis://127.0.0.1:\(port.withLock { $0 })" }

  /// Expects `body` to take so many turns.
  func expect(turns: Int, _ body: () async throws -> Void) async throws {
    let before = state.withLock { $0.turns }
    try await body()
    let after = state.withLock { $0.turns }
    #expect(after - before == turns)
  }
}

private final class Front: ConnectionHandler {
  private let counting: Counting?
  init(_ counting: Counting?) { self.counting = counting }

  func opened(_ connection: any Connection) {
    counting?.state.withLock { $0.client = connection }
  }
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    let server = counting?.state.withLock { state in
      if !state.isClientsTurn { state.turns += 1 }
      state.isClientsTurn = true
      return state.server
    }
    server?.write(bytes)
  }
  func closed(_ connection: any Connection, error: NetworkError?) {}
}

private final class Back: ConnectionHandler {
  private weak let counting: Counting?
  init(_ counting: Counting) { self.counting = counting }

  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    let client = counting?.state.withLock { state in
      state.isClientsTurn = false
      return state.client
    }
    client?.write(bytes)
  }
  func closed(_ connection: any Connection, error: NetworkError?) {}
}

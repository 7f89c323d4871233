// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork

/// Passes bytes on between a client and a server, damages one or hangs up on the client.
final class Relay: Sendable {
  private struct State {
    var client: (any Connection)?
    var passed = 0
  }

  let endpoint: Endpoint
  private let listener: any Listener
  private let state: Shared<State>

  private init(_ listener: any Listener, _ state: Shared<State>) {
    self.listener = listener
    self.state = state
    endpoint = listener.endpoint
  }

  /// `damaging` is the position of the byte towards the client that arrives changed.
  static func make(
    _ network: SocketNetwork, to server: Endpoint, damaging: Int? = nil
  ) async throws -> Relay {
    let state = Shared(State())
    let listener = try await network.listen(at: .loopback) {
      let early = Shared<[UInt8]>([])
      let upstream = Shared<(any Connection)?>(nil)
      return Probe(keepsBytes: false) { event, client, bytes in
        if let bytes, let upstream = upstream.value {
          upstream.write(bytes)
        } else if let bytes {
          early.withLock { $0 += bytes }
        }
        guard event == "opened" else { return }
        state.withLock { $0.client = client }
        let handler = Probe(keepsBytes: false) { event, server, bytes in
          if event == "opened" {
            upstream.withLock { $0 = server }
            server.write(early.value)
          }
          if let bytes { client.write(damaged(bytes, damaging, state)) }
          if event == "closed" { client.close() }
        }
        Task { try await network.connect(to: server, handler: handler) }
      }
    }
    return Relay(listener, state)
  }

  func hangUp() { state.value.client?.close() }

  private static func damaged(
    _ bytes: UnsafeRawBufferPointer, _ position: Int?, _ state: Shared<State>
  ) -> [UInt8] {
    var bytes = Array(bytes)
    state.withLock { state in
      if let position, bytes.indices.contains(position - state.passed) {
        bytes[position - state.passed] ^= 0x20
      }
      state.passed += bytes.count
    }
    return bytes
  }
}

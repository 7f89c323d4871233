// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// What must not be shown is not shown, however one prints it.
@Suite("Secrets")
struct SecretTests {
  private let secret = "hunter2"

  /// Everything that printing `value` can bring to light.
  private func printed<T>(_ value: T) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value)" + String(reflecting: value) + String(describing: value) + dumped
  }

  @Test func `credentials show neither user nor password`() {
    let credentials = RESPCredentials(user: "alice", password: secret)
    let session = RESPSession(credentials: credentials, clientName: "app")
    let configuration = RESPConfiguration(session: session)
    for text in [
      printed(credentials), printed(session), printed(configuration), printed([credentials]),
      printed(session.credentials),
    ] {
      #expect(!text.contains(secret) && !text.contains("alice"))
    }
  }

  @Test func `values show their shape and nothing of their content`() {
    let pair = RESPPair(.simpleString(secret), .bulkString(wire(secret)))
    let values: [RESPValue] = [
      .bulkString(wire(secret)), .simpleString(secret), .integer(4711), .bigNumber("4711"),
      .verbatimString(RESPVerbatimString(text: wire(secret))), .double(4711), .map([pair]),
      .array([.simpleString(secret)]), .set([.integer(4711)]), .push([.bulkString(wire(secret))]),
      .attributed(.integer(4711), attributes: [pair]),
      .error(RESPError(message: "ERR '\(secret)'")),
    ]
    for value in values {
      let text = printed(value)
      #expect(!text.contains(secret) && !text.contains("4711") && !text.contains("104"))
    }
    #expect("\(RESPValue.bulkString(wire(secret)))" == "bulk string of 7 bytes")
  }

  @Test(arguments: [
    (
      "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `alice`, `hunter2`",
      "ERR unknown command …"
    ),
    ("ERR unknown command 'X', with args beginning with: 'hunter2'", "ERR unknown command …"),
    ("ERR Error compiling script: \"hunter2\"", "ERR Error compiling script: …"),
    ("ERR a\r\nhunter2", "ERR a…"),
    ("WRONGTYPE Operation against a key", "WRONGTYPE Operation against a key"),
    ("MOVED 3999 127.0.0.1:6381", "MOVED 3999 127.0.0.1:6381"),
    ("", ""),
  ])
  func `an error is shown up to what the server quotes`(message: String, shown: String) {
    let error = RESPError(message: message)
    #expect(error.description == shown)
    #expect(!printed(error).contains(secret))
  }

  @Test func `a long error is cut`() {
    let error = RESPError(message: "ERR " + String(repeating: "é", count: 200))
    #expect(error.description.utf8.count <= 130)
    #expect(error.code == "ERR" && error.detail.count == 200)
  }

  @Test func `no reason for closing repeats what the server echoes`() {
    let echoes = [
      "-\(secret)\r\n", "-ERR \(secret)\r\n", "-WRONGPASS \(secret)\r\n", "\(secret)\r\n",
    ]
    for echo in echoes {
      var rig = Rig(
        RESPConfiguration(session: RESPSession(credentials: RESPCredentials(password: secret))))
      rig.flush()
      let events = rig.feed(echo)
      #expect(events.count == 1 && !printed(events).contains(secret))
    }
  }

  @Test func `the password is erased from memory when the handshake is done`() {
    var rig = Rig(
      RESPConfiguration(session: RESPSession(credentials: RESPCredentials(password: secret))))
    rig.flush()
    #expect(rig.feed("%1\r\n+proto\r\n:3\r\n") == [.ready])
    rig.send("GET a")
    let remains = rig.connection.withUnsentBytes { bytes in
      let held = UnsafeRawBufferPointer(start: bytes.baseAddress, count: 300)
      return String(decoding: held, as: UTF8.self)
    }
    #expect(!remains.contains(secret))
  }
}

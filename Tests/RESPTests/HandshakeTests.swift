// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

@Suite("Handshake")
struct HandshakeTests {
  private let login = RESPCredentials(user: "alice", password: "hunter2")

  private func rig(
    _ credentials: RESPCredentials? = nil, name: String? = nil, database: Int = 0,
    version: RESPVersion = .resp3
  ) -> Rig {
    Rig(
      RESPConfiguration(
        session: RESPSession(
          credentials: credentials, clientName: name, database: database, version: version)))
  }

  /// The words of the commands in `bytes`.
  private func words(_ bytes: String) -> [[String]] {
    parse(bytes).values.map { $0.elements?.compactMap(\.string) ?? [] }
  }

  private let hello =
    "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n"
    + "$2\r\nid\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
    + "$7\r\nmodules\r\n*0\r\n"

  @Test func `HELLO says everything at once and learns about the server`() {
    var rig = rig(login, name: "my app", database: 2)
    #expect(rig.offer("GET a") == .refused(.notReady))
    let expected = ["HELLO", "3", "AUTH", "alice", "hunter2", "SETNAME", "my-app"]
    #expect(words(rig.flush()) == [expected])
    #expect(rig.feed(hello).isEmpty)
    #expect(words(rig.flush()) == [["SELECT", "2"]])
    #expect(rig.feed("+OK\r\n") == [.ready])
    #expect(rig.connection.version == .resp3)
    let server = rig.connection.server
    #expect(server?.name == "redis" && server?.version == "7.0.15" && server?.connection == 3)
    #expect(server?.mode == "standalone" && server?.role == "master")
  }

  @Test func `HELLO without anything to say is HELLO 3`() {
    var rig = rig()
    #expect(words(rig.flush()) == [["HELLO", "3"]])
    #expect(rig.feed(hello) == [.ready])
  }

  @Test func `a password alone is that of the default user`() {
    var rig = rig(RESPCredentials(password: "hunter2"))
    #expect(words(rig.flush()) == [["HELLO", "3", "AUTH", "default", "hunter2"]])
  }

  @Test(arguments: [
    "-ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `alice`, `hunter2`, \r\n",
    "-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'alice' 'hunter2' \r\n",
    "-NOPROTO unsupported protocol version\r\n",
  ])
  func `a server without RESP3 is spoken to in RESP2`(refusal: String) {
    var rig = rig(login, name: "app", database: 1)
    rig.flush()
    #expect(rig.feed(refusal).isEmpty)
    #expect(words(rig.flush()) == [["AUTH", "alice", "hunter2"]])
    #expect(rig.feed("+OK\r\n").isEmpty)
    #expect(words(rig.flush()) == [["CLIENT", "SETNAME", "app"]])
    #expect(rig.feed("-NOPERM this user has no permissions\r\n").isEmpty)
    #expect(words(rig.flush()) == [["SELECT", "1"]])
    #expect(rig.feed("+OK\r\n") == [.ready])
    #expect(rig.connection.version == .resp2 && rig.connection.server == nil)
  }

  @Test func `RESP2 by choice begins with AUTH, or with PING when there is nothing to say`() {
    var asked = rig(RESPCredentials(password: "hunter2"), version: .resp2)
    #expect(words(asked.flush()) == [["AUTH", "hunter2"]])
    #expect(asked.feed("+OK\r\n") == [.ready])
    var named = rig(name: "app", version: .resp2)
    #expect(words(named.flush()) == [["CLIENT", "SETNAME", "app"]])
    #expect(named.feed("+OK\r\n").isEmpty)
    #expect(words(named.flush()) == [["PING"]])
    #expect(named.feed("+PONG\r\n") == [.ready])
  }

  @Test(
    arguments: [
      ("+PONG\r\n", .ready),
      ("-NOPERM this user has no permissions to run 'ping'\r\n", .ready),
      ("-NOAUTH Authentication required.\r\n", .close(.authenticationRequired)),
      ("-LOADING Redis is loading\r\n", .close(.handshakeRejected(code: "LOADING"))),
      ("+OK\r\n", .close(.unexpectedFrame(code: nil))),
    ] as [(String, Event)])
  func `PING tells whether the server lets this client in`(reply: String, event: Event) {
    var rig = rig(version: .resp2)
    #expect(words(rig.flush()) == [["PING"]])
    #expect(rig.feed(reply) == [event])
  }

  @Test func `a server that answers HELLO in RESP2 is spoken to in RESP2`() {
    var rig = rig()
    rig.flush()
    #expect(rig.feed("*2\r\n$5\r\nproto\r\n:2\r\n") == [.ready])
    #expect(rig.connection.version == .resp2)
  }

  @Test(
    arguments: [
      (
        "-NOAUTH HELLO must be called with the client already authenticated\r\n",
        .authenticationRequired
      ),
      ("-WRONGPASS invalid username-password pair or user is disabled.\r\n", .authenticationFailed),
      ("-DENIED Redis is running in protected mode\r\n", .handshakeRejected(code: "DENIED")),
      ("-ERR max number of clients reached\r\n", .handshakeRejected(code: "MAXCLIENTS")),
      ("-LOADING Redis is loading\r\n", .handshakeRejected(code: "LOADING")),
      ("-hunter2 is wrong\r\n", .handshakeRejected(code: "unknown")),
      ("+OK\r\n", .unexpectedFrame(code: nil)),
      (">1\r\n+x\r\n", .unexpectedFrame(code: nil)),
      ("HTTP/1.1 400 Bad Request\r\n", .protocolViolation(.unknownType)),
    ] as [(String, RESPConnectionError)])
  func `a refused HELLO ends the connection with its reason`(
    reply: String, reason: RESPConnectionError
  ) {
    var rig = rig(login)
    rig.flush()
    #expect(rig.feed(reply) == [.close(reason)])
    #expect(rig.connection.unsentBytes == 0)
    #expect(!String(reflecting: reason).contains("hunter2"))
  }

  @Test func `a refused AUTH or SELECT ends the connection`() {
    var auth = rig(login, version: .resp2)
    auth.flush()
    #expect(auth.feed("-WRONGPASS no\r\n") == [.close(.authenticationFailed)])
    var old = rig(RESPCredentials(password: "hunter2"), version: .resp2)
    old.flush()
    #expect(old.feed("-ERR invalid password\r\n") == [.close(.authenticationFailed)])
    var select = rig(database: 99)
    select.flush()
    _ = select.feed(hello)
    select.flush()
    let events = select.feed("-ERR DB index is out of range\r\n")
    #expect(events == [.close(.handshakeRejected(code: "ERR"))])
    var strange = rig(database: 1)
    strange.flush()
    _ = strange.feed(hello)
    strange.flush()
    #expect(strange.feed(":1\r\n") == [.close(.unexpectedFrame(code: nil))])
    var odd = rig(login, version: .resp2)
    odd.flush()
    #expect(odd.feed(":1\r\n") == [.close(.unexpectedFrame(code: nil))])
  }

  @Test func `a reply before the handshake was sent ends the connection`() {
    var rig = rig(login)
    #expect(rig.feed(hello) == [.close(.unexpectedFrame(code: nil))])
  }

  @Test func `more than was asked for ends the connection`() {
    var rig = rig()
    rig.flush()
    #expect(rig.feed(hello + "+OK\r\n") == [.ready, .close(.unexpectedFrame(code: nil))])
  }

  @Test func `the handshake works at every split`() {
    let bytes = wire(hello)
    for cut in 0...bytes.count {
      var rig = rig()
      rig.flush()
      let events = rig.feed(Array(bytes[..<cut])) + rig.feed(Array(bytes[cut...]))
      #expect(events == [.ready])
    }
  }

  @Test func `a server that does not answer is given up`() {
    var rig = rig()
    rig.flush()
    let deadline = 1000 + 5_000_000_000 as UInt64
    #expect(rig.connection.nextDeadline == deadline)
    #expect(rig.advance(to: deadline - 1).isEmpty)
    #expect(rig.advance(to: deadline) == [.close(.handshakeTimedOut)])
  }

  @Test func `a lost or finished connection does not become ready`() {
    var lost = rig()
    #expect(lost.disconnect() == [.close(.disconnected)])
    var finished = rig()
    finished.connection.finish()
    #expect(finished.events() == [.close(.finished)])
  }
}

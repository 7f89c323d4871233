// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import StrataNetwork
import StrataSystem
import StrataCore
import Testing

@Suite("Layouts, redirections and the way of a command, as values")
struct LayoutTests {
  private static let asked = Endpoint.tcp(host: "10.0.0.9", port: 7_000)

  private static func place(_ host: String, _ port: Int) -> Endpoint {
    .tcp(host: host, port: port)
  }

  private static func server(_ host: RESPValue, _ port: Int64) -> RESPValue {
    .array([host, .integer(port), .bulkString(Array("id".utf8))])
  }

  private static func text(_ text: String) -> RESPValue { .bulkString(Array(text.utf8)) }

  @Test func `the answer of a cluster becomes a layout`() throws {
    let answer = RESPValue.array([
      .array([
        .integer(0), .integer(99), Self.server(Self.text("a"), 1), Self.server(Self.text("b"), 2),
      ]),
      .array([.integer(100), .integer(16_383), Self.server(Self.text(""), 3)]),
      .array([.integer(50), .integer(50), Self.server(Self.text("?"), 4)]),
    ])
    let layout = try #require(RESPLayout(clusterSlots: answer, asked: Self.asked))
    #expect(layout[0] == .init(Self.place("a", 1), replicas: [Self.place("b", 2)]))
    #expect(layout[99] == layout[0])
    #expect(layout[100] == .init(Self.place("10.0.0.9", 3)))
    #expect(layout.isComplete)
    #expect(layout[16_384] == nil && layout[-1] == nil)
  }

  @Test(arguments: [
    RESPValue.null, .integer(1), .array([.integer(1)]), .array([.array([.integer(0)])]),
    .array([.array([.integer(5), .integer(4), .array([])])]),
    .array([.array([.integer(-1), .integer(4), .array([])])]),
    .array([.array([.integer(0), .integer(16_384), .array([])])]),
  ])
  func `what is no such answer is none`(answer: RESPValue) {
    #expect(RESPLayout(clusterSlots: answer, asked: Self.asked) == nil)
  }

  @Test func `random moves are what a plain list of owners says`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(seed)
    let servers = (0..<5).map { Self.place("s\($0)", 6_379) }
    var layout = RESPLayout(slots: 64)
    var model = [Endpoint?](repeating: nil, count: 64)
    for _ in 0..<500 {
      let before = layout
      let server = servers[Int(random.next() % 5)]
      let (first, second) = (Int(random.next() % 64), Int(random.next() % 64))
      if random.next() % 2 == 0 {
        layout.move(first, to: server)
        model[first] = server
      } else {
        layout.assign(min(first, second)...max(first, second), to: .init(server))
        for slot in min(first, second)...max(first, second) { model[slot] = server }
      }
      #expect((0..<64).map { layout[$0]?.primary } == model, "seed \(seed)")
      let moved = layout.moved(since: before)
      for slot in 0..<64 {
        let old = before[slot]?.primary
        let isMoved = old.map { moved[$0]?.contains(slot) ?? false } ?? false
        #expect(isMoved == (old != nil && old != layout[slot]?.primary), "seed \(seed)")
      }
    }
  }

  @Test(arguments: [
    ("MOVED 3999 127.0.0.1:6381", RESPRedirection.moved(slot: 3999, place("127.0.0.1", 6_381))),
    ("ASK 0 ::1:7001", .ask(slot: 0, place("::1", 7_001))),
    ("MOVED 1 :7002", .moved(slot: 1, place("10.0.0.9", 7_002))),
    ("MOVED 16384 a:1", nil), ("MOVED -1 a:1", nil), ("MOVED 1 a", nil), ("MOVED 1 a:0", nil),
    ("MOVED 1 a:99999", nil), ("MOVED 1 ?:1", nil), ("MOVED", nil), ("MOVED 1 a:1 x", nil),
    ("ERR MOVED 1 a:1", nil), ("", nil),
  ])
  func `redirections are read, and nothing else is taken for one`(
    message: String, expected: RESPRedirection?
  ) {
    #expect(RESPRedirection(RESPError(message: message), asked: Self.asked) == expected)
  }

  @Test(arguments: [
    "MOVED 1 a:1", "ASK 1 a:1", "TRYAGAIN x", "CLUSTERDOWN x", "READONLY x",
  ])
  func `two servers that send a command to and fro do not do so for ever`(message: String) {
    var way = RESPItinerary()
    let error = RESPClientError.server(RESPError(message: message))
    var steps = 0
    while way.step(after: error, asked: Self.asked) != .fail { steps += 1 }
    #expect(steps == RESPItinerary.limit)
  }

  @Test func `a copy is asked once, for what may be read from one, and never after an answer`() {
    var way = RESPItinerary(mayUseReplica: true)
    #expect(way.step(after: .unavailable(nil), asked: Self.asked) == .replica)
    #expect(way.step(after: .unavailable(nil), asked: Self.asked) == .fail)
    var writing = RESPItinerary()
    #expect(writing.step(after: .lost(.unknown), asked: Self.asked) == .fail)
    var answered = RESPItinerary(mayUseReplica: true)
    let error = RESPClientError.server(RESPError(message: "WRONGTYPE x"))
    #expect(answered.step(after: error, asked: Self.asked) == .fail)
    #expect(answered.step(after: .cancelled(.unknown), asked: Self.asked) == .fail)
  }

  @Test func `places of scans fit into a word and come out again`() throws {
    for (server, mark, cursor) in [(0, 1, 0), (1023, 63, 1 << 48 - 1), (7, 20, 123_456)] {
      let place = try #require(
        RESPScanPlace(server: server, mark: UInt8(mark), cursor: UInt64(cursor)))
      #expect(RESPScanPlace(rawValue: place.rawValue) == place)
    }
    #expect(RESPScanPlace(server: 1024, mark: 0, cursor: 0) == nil)
    #expect(RESPScanPlace(server: 0, mark: 64, cursor: 0) == nil)
    #expect(RESPScanPlace(server: 0, mark: 0, cursor: 1 << 48) == nil)
  }
}

@Suite("URLs of several servers")
struct FleetURLTests {
  @Test func `every form is read`() throws {
    let cluster = try RESPFleetURL("redis+cluster://app:s3cret@10.0.0.1,10.0.0.2:7000,[::1]:7001")
    #expect(cluster.kind == .cluster && !cluster.isEncrypted)
    #expect(
      cluster.shards.map(\.primary) == [
        .tcp(host: "10.0.0.1", port: 6_379), .tcp(host: "10.0.0.2", port: 7_000),
        .tcp(host: "::1", port: 7_001),
      ])
    #expect(cluster.credentials == RESPCredentials(user: "app", password: "s3cret"))
    let sentinel = try RESPFleetURL("rediss+sentinel://:p@a,b:1/main/3")
    #expect(sentinel.kind == .sentinel(name: "main") && sentinel.isEncrypted)
    #expect(sentinel.shards[0].primary.port == 26_379 && sentinel.database == 3)
    let ring = try RESPFleetURL("redis+ring://a|a2:7,b/2")
    #expect(ring.kind == .ring && ring.database == 2)
    #expect(ring.shards[0].replicas == [.tcp(host: "a2", port: 7)])
    #expect(try RESPFleetURL("redis://a").kind == .server)
  }

  @Test(arguments: [
    ("redis+cluster://", RESPURL.Problem.place), ("redis+cluster://a,,b", .place),
    ("redis+cluster://a/3", .clusterDatabase), ("redis+sentinel://a", .name),
    ("redis+sentinel://a/", .name), ("redis+sentinel://a/m/x", .database),
    ("redis+sentinel://a/m/1/2", .name), ("redis+nothing://a", .scheme),
    ("http+cluster://a", .scheme), ("redis+ring://a,a:6379", .twice),
    ("redis+ring://a|", .place), ("redis+cluster://a|b", .place), ("redis+ring://a:0", .port),
    ("redis+ring://u@a", .credentials), ("redis+cluster", .scheme),
  ])
  func `what is none says what is wrong`(text: String, problem: RESPURL.Problem) {
    #expect(throws: problem) { try RESPFleetURL(text) }
  }
}

/// A small generator with a seed.
struct SplitMix {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

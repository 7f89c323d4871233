// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A store under test, with what a tier would bring: keys, entries, leases.
final class StoreBench: Sendable {
  let runtime: CacheRuntime
  let store: any CacheStore
  let ledger: InvalidationLedger
  let namespace: String
  private let rule: String
  private let list: FindingList
  private let make: @Sendable (CacheRuntime) throws -> any CacheStore

  init(
    rule: String, _ runtime: CacheRuntime, _ list: FindingList,
    _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
  ) async throws {
    self.rule = rule
    self.runtime = runtime
    self.make = make
    store = try make(runtime)
    ledger = InvalidationLedger(clock: runtime.clock)
    // Fresh for every rule, so that rules may share a server.
    namespace = "check-\(String(runtime.random.next(), radix: 36))"
    self.list = list
    list.name("store '\(type(of: store).kind)'")
    try await store.open()
  }

  var capabilities: StoreCapabilities { type(of: store).capabilities }
  var issuesVersions: Bool { capabilities.contains(.versions) }

  /// Another store over the same disk or server.
  func again() async throws -> any CacheStore {
    let store = try make(runtime)
    try await store.open()
    return store
  }

  // MARK: Findings

  func add(_ expected: String, _ found: String) {
    list.add(rule, expected: expected, found: found)
  }

  func expect(_ isRight: Bool, _ expected: String, _ found: @autoclosure () -> String) {
    if !isRight { add(expected, found()) }
  }

  /// Expects `key` to hold `number`, or nothing.
  func expect(
    _ key: CacheKey, holds number: Int?, _ when: String, in store: (any CacheStore)? = nil
  ) async throws {
    let found = self.number(in: try await (store ?? self.store).get(.one(key))[0], key)
    let expected = number.map { "\($0)" } ?? "nothing"
    expect(found == number, "\(expected) \(when)", found.map { "\($0)" } ?? "nothing")
  }

  // MARK: Keys and entries

  func key(_ name: some CustomStringConvertible, in namespace: String? = nil) -> CacheKey {
    CacheKey(
      bytes: Array("\(namespace ?? self.namespace):\(name)".utf8), seed: runtime.hashSeed)
  }

  func entry(
    _ payload: Payload, version: Version? = nil, for time: Duration = .seconds(60)
  ) -> Entry {
    let now = runtime.now
    return Entry(
      payload: payload, createdAt: ledger.tick(), freshUntil: now + time, usableUntil: now + time,
      version: version ?? .none)
  }

  /// The write of a number under a version: of this process where the store issues none.
  func write(
    _ number: Int, to key: CacheKey, version: Version? = nil, lease: Lease? = nil,
    tags: [Tag] = [], for time: Duration = .seconds(60), epoch: UInt64 = 1
  ) -> StoreWrite {
    write(
      LivePayload(number), to: key, version: version, lease: lease, tags: tags, for: time,
      epoch: epoch)
  }

  func write(
    _ payload: Payload, to key: CacheKey, version: Version? = nil, lease: Lease? = nil,
    tags: [Tag] = [], for time: Duration = .seconds(60), epoch: UInt64 = 1
  ) -> StoreWrite {
    let version = version ?? (issuesVersions ? nil : ledger.version(at: ledger.tick()))
    let entry = entry(payload, version: version, for: time)
    var content = StoredContent.entry(entry)
    if !capabilities.contains(.objects) {
      // A number always encodes; an empty envelope would be found damaged.
      let bytes = try? Envelope.seal(entry, for: key, coder: NumberCoder())
      content = .sealed(bytes ?? [])
    }
    return StoreWrite(
      key: key, content: content, expiresAt: entry.usableUntil, version: version, lease: lease,
      tags: tags, epoch: epoch)
  }

  /// Stores one number.
  @discardableResult
  func set(_ write: StoreWrite) async throws -> StoreWritten {
    let written = try await store.set(.one(write))
    return written.first ?? .refused(.invalid)
  }

  /// The number that a read holds.
  func number(in read: StoreRead, _ key: CacheKey) -> Int? {
    payload(in: read, key).flatMap { $0.live(as: Int.self) }
  }

  func payload(in read: StoreRead, _ key: CacheKey) -> Payload? {
    switch read.content {
    case .entry(let entry): return entry.payload
    case .sealed(let bytes):
      let entry = try? Envelope.open(bytes, for: key, coder: NumberCoder())
      guard let encoded = entry?.payload as? EncodedPayload else { return nil }
      return (try? NumberCoder().decode(encoded.bytes)) ?? encoded
    case nil: return nil
    }
  }
}

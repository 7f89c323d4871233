// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Records in any store that are changed by reading, deciding and writing, with nobody in between.
///
/// In this process one change of a key follows the other. Among nodes a store with `.versions`
/// takes a change only in the place of the version that was read; where another is there by now, it
/// is read and decided anew. A key that has nothing yet gets an empty slot first, since what is not
/// there has no version: slots of several nodes are all alike, so it does not matter whose stays.
/// A store without versions is not for several processes, so nobody else is there.
struct RecordStore<Record: Codable & Sendable>: Sendable {
  private let store: any CacheStore
  private let runtime: CacheRuntime
  private let name: String
  private let coder: any PayloadCoder
  private let turns = KeyTurns()
  private var holdsObjects: Bool { type(of: store).capabilities.contains(.objects) }
  private var issuesVersions: Bool { type(of: store).capabilities.contains(.versions) }

  /// How often a change is decided anew before it gives up: with so many at once on one key the
  /// store itself is the bottleneck.
  private static var patience: Int { 32 }

  /// What lies in the store: a record, or a place for one.
  private struct Slot: Codable, Sendable {
    var record: Record?
  }

  private struct Found {
    var record: Record?
    /// Where the store orders changes by versions: the version to be replaced, or where nothing is
    /// there the one under which a slot is taken unless somebody has changed the key since.
    var version: Version?
    var isEmpty: Bool
  }

  init(_ name: String, in store: any CacheStore, format: any PayloadCodec, runtime: CacheRuntime) {
    self.name = name
    self.store = store
    self.runtime = runtime
    coder = TypedCoder<Slot>(format)
  }

  /// What a change decides about the record.
  enum Decision {
    /// It is this from now on, for so long.
    case keep(Record, for: Duration)
    /// It goes.
    case remove
    /// It stays as it is.
    case leave
  }

  private func key(_ subject: String) -> CacheKey {
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { scratch in
      var key = KeyBuilder(scratch: scratch)
      key.append(text: name)
      key.append(byte: UInt8(ascii: ":"))
      key.append(text: subject)
      return CacheKey(bytes: Array(key.bytes), seed: runtime.hashSeed)
    }
  }

  /// The record of `subject`, where there is one that can be read.
  func read(_ subject: String) async throws -> Record? {
    let key = key(subject)
    return try await found(key).record
  }

  /// Changes the record of `subject` by what `decide` says to the one there is.
  func update<Result: Sendable>(
    _ subject: String, _ decide: (Record?) -> (Decision, Result)
  ) async throws -> Result {
    let key = key(subject)
    return try await turns.run(.one(key)) {
      for attempt in 1...Self.patience {
        let found = try await found(key)
        let (decision, result) = decide(found.record)
        if try await carryOut(decision, key, found) { return result }
        // Whoever came in between may be many: not all of them should come back at once.
        let pause = runtime.random.below(UInt64(attempt) * 500_000)
        try await runtime.clock.sleep(for: .nanoseconds(Int64(pause)))
      }
      throw CacheError(.overloaded, "Too many change this record at once.", key: key.digest)
    }
  }

  func remove(_ subject: String) async throws {
    let key = key(subject)
    try await turns.run(.one(key)) { _ = try await store.remove(.one(key)) }
  }

  // MARK: The store

  private func found(_ key: CacheKey) async throws -> Found {
    guard let read = try await store.get(.one(key)).first else { return Found(isEmpty: true) }
    guard let content = read.content else {
      return Found(version: read.fillVersion, isEmpty: true)
    }
    let payload: Payload? =
      switch content {
      case .entry(let entry): entry.payload
      // What is damaged or of another type is as good as none.
      case .sealed(let bytes): (try? Envelope.open(bytes, for: key, coder: coder))?.payload
      }
    let decoded = try (payload as? EncodedPayload).map { try coder.decode($0.bytes) } ?? payload
    let slot = decoded?.live(as: Slot.self)
    // What cannot be read is replaced like anything else.
    return Found(record: slot?.record, version: read.version, isEmpty: false)
  }

  /// Whether it is done, with nobody in between.
  private func carryOut(
    _ decision: Decision, _ key: CacheKey, _ found: Found
  ) async throws -> Bool {
    switch decision {
    case .leave: return true
    case .remove:
      // An empty slot keeps whoever decides at this moment from overlooking it.
      return try await put(nil, for: .seconds(1), key, found)
    case .keep(let record, let lifetime):
      let isDone = try await put(record, for: lifetime, key, found)
      return isDone && !(issuesVersions && found.isEmpty)
    }
  }

  private func put(
    _ record: Record?, for lifetime: Duration, _ key: CacheKey, _ found: Found
  ) async throws -> Bool {
    let now = runtime.now
    let isFirst = issuesVersions && found.isEmpty
    var entry = Entry(
      payload: LivePayload(Slot(record: isFirst ? nil : record)), createdAt: now,
      freshUntil: now + lifetime, usableUntil: now + lifetime)
    if isFirst, let version = found.version { entry.version = version }
    let content: StoredContent =
      holdsObjects ? .entry(entry) : .sealed(try Envelope.seal(entry, for: key, coder: coder))
    var write = StoreWrite(
      key: key, content: content, expiresAt: entry.usableUntil, version: nil, lease: nil)
    if issuesVersions {
      if found.isEmpty { write.version = found.version } else { write.replaces = found.version }
    }
    switch try await store.set(.one(write)).first {
    case .stored: return true
    case .refused(.older): return false
    case .refused(let reason):
      throw CacheError(.storeFailed, "The store refused the record: \(reason.rawValue).")
    case nil: throw CacheError(.storeFailed, "The store did not answer.")
    }
  }
}

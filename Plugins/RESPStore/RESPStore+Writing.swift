// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore

extension RESPStore {
  /// Stores each entry, unless its lease or a newer version forbids it, in one round trip.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    var results = writes.mapEach { preliminary($0) }
    // What bears a version is good for this connection only; what does not, for any.
    for bearsVersion in [true, false] {
      let chosen = writes.indices.filter { index in
        results[index] == nil && (writes[index].version != nil) == bearsVersion
      }
      if chosen.isEmpty { continue }
      for (index, result) in zip(chosen, try await store(chosen.map { writes[$0] }, bearsVersion)) {
        results[index] = result
      }
    }
    return results.mapEach { $0 ?? .refused(.invalid) }
  }

  /// What can be said of a write without the server; `nil` where it has to be asked.
  private func preliminary(_ write: StoreWrite) -> StoreWritten? {
    guard case .sealed(let bytes) = write.content else { return .refused(.notStorable) }
    if bytes.count > settings.largestValue { return .refused(.tooLarge) }
    if let version = write.version, version.issuer != settings.issuer { return .refused(.invalid) }
    if let replaced = write.replaces, replaced.issuer != settings.issuer {
      return .refused(.older)
    }
    return write.isPermitted ? nil : .refused(.leaseRevoked)
  }

  private func store(_ writes: [StoreWrite], _ bearsVersion: Bool) async throws -> [StoreWritten] {
    let slots = writes.map { keys.slot(of: $0.key) }
    guard bearsVersion else { return try await send(writes, slots, bearsVersion) }
    // Where the first moment of a connection is not known nothing can be said for a version.
    let possible = writes.indices.filter { fleet.owner(of: slots[$0])?.clock.connection != nil }
    var results = [StoreWritten](repeating: .refused(.older), count: writes.count)
    if possible.isEmpty { return results }
    let sent = try await send(
      possible.map { writes[$0] }, possible.map { slots[$0] }, bearsVersion)
    for (index, result) in zip(possible, sent) { results[index] = result }
    return results
  }

  private func send(
    _ writes: [StoreWrite], _ slots: [Int], _ bearsVersion: Bool
  ) async throws -> [StoreWritten] {
    let (now, lease) = (runtime.now, settings.lease)
    let errand = RESPErrand(isRepeatable: bearsVersion, mayBeAsked: !bearsVersion)
    let results = try await runAll(
      RESPScripts.set, slots, errand,
      generation: { bearsVersion ? $0.clock.connection?.generation : nil }, in: "set"
    ) { [keys, floors] writer, index, node in
      let write = writes[index]
      RESPScripts.set.write(&writer, keys: 2, arguments: 6)
      keys.writeRecord(write.key, &writer)
      keys.writeClear(of: write.key, in: slots[index], &writer)
      writer.argument(write.version.map { RESPRecord.text($0.number) } ?? "")
      writer.argument(Self.milliseconds(from: now, to: write.expiresAt))
      writer.argument(lease)
      let first = node.clock.connection?.first ?? RESPRecord.never
      writer.argument(RESPRecord.text(max(first, floors[slots[index]])))
      writer.argument(write.replaces.map { RESPRecord.text($0.number) } ?? "")
      if case .sealed(let bytes) = write.content {
        writer.argument(bytes)
      } else {
        writer.argument("")
      }
    }
    return try results.map { result in
      // Half-way between two servers nobody can say what is older.
      if bearsVersion, result.isAsked { return .refused(.older) }
      return try unwrap(result, in: "set").map { .stored($0) } ?? .refused(.older)
    }
  }

  /// The time that is left, in whole milliseconds; at most a hundred years, which servers can add
  /// to their clock.
  private static func milliseconds(from now: Timestamp, to moment: Timestamp) -> Int64 {
    guard moment > now else { return 0 }
    let left = (moment - now).saturatingNanoseconds / 1_000_000
    return min(left, 100 * 365 * 86_400_000)
  }

  /// Runs a script once for each of several keys, in one round trip to each server; a second one
  /// loads the script where a server has forgotten it.
  func runAll(
    _ script: RESPScript, _ slots: [Int], _ errand: RESPErrand,
    generation: @escaping @Sendable (RESPStoreNode) -> UInt64? = { _ in nil },
    in operation: StaticString,
    _ write: @escaping @Sendable (inout RESPWriter, Int, RESPStoreNode) -> Void
  ) async throws -> [Result<Version?, RESPClientError>] {
    do throws(RESPClientError) {
      var results = try await fleet.sendAll(
        slots, errand, generation: generation, write, read: { $0.readVersion })
      let unknown = results.indices.filter { results[$0].isUnknownScript }
      if unknown.isEmpty { return results }
      try await fleet.load(script, forSlots: unknown.map { slots[$0] })
      let again = try await fleet.sendAll(
        unknown.map { slots[$0] }, errand, generation: generation,
        { write(&$0, unknown[$1], $2) }, read: { $0.readVersion })
      for (index, result) in zip(unknown, again) { results[index] = result }
      return results
    } catch {
      throw failure(error, in: operation)
    }
  }

  func unwrap<Value>(
    _ result: Result<Value, RESPClientError>, in operation: StaticString
  ) throws -> Value {
    do throws(RESPClientError) {
      return try result.get()
    } catch {
      throw failure(error, in: operation)
    }
  }

  /// What the tier above is told. The text holds neither keys nor secrets.
  func failure(_ error: RESPClientError, in operation: StaticString) -> any Error {
    switch error {
    case .cancelled: CancellationError()
    case .closed: CacheError(.closed, "the store '\(settings.name)' is closed")
    default:
      CacheError(
        .storeFailed, "\(operation) on the store '\(settings.name)': \(error)", underlying: error)
    }
  }
}

extension Result where Failure == RESPClientError {
  fileprivate var isUnknownScript: Bool {
    if case .failure(let error) = self { error.isUnknownScript } else { false }
  }

  fileprivate var isAsked: Bool {
    if case .failure(.server(let error)) = self { error.code == "ASK" } else { false }
  }
}

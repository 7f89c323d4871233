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
    let connection = clock.connection
    // Without a connection whose first moment is known nothing can be said for a version.
    if bearsVersion, connection == nil { return writes.map { _ in .refused(.older) } }
    let (now, lease, first) = (runtime.now, settings.lease, connection?.first ?? 0)
    let results = try await runAll(
      RESPScripts.set, writes.count, isRepeatable: bearsVersion,
      generation: bearsVersion ? connection?.generation : nil, in: "set"
    ) { [keys] writer, index in
      let write = writes[index]
      RESPScripts.set.write(&writer, keys: 2, arguments: 6)
      keys.writeRecord(write.key, &writer)
      keys.writeClear(of: write.key, &writer)
      writer.argument(write.version.map { RESPRecord.text($0.number) } ?? "")
      writer.argument(Self.milliseconds(from: now, to: write.expiresAt))
      writer.argument(lease)
      writer.argument(RESPRecord.text(first))
      writer.argument(write.replaces.map { RESPRecord.text($0.number) } ?? "")
      if case .sealed(let bytes) = write.content {
        writer.argument(bytes)
      } else {
        writer.argument("")
      }
    }
    return try results.map { result in
      try unwrap(result, in: "set").map { .stored($0) } ?? .refused(.older)
    }
  }

  /// The time that is left, in whole milliseconds; at most a hundred years, which servers can add
  /// to their clock.
  private static func milliseconds(from now: Timestamp, to moment: Timestamp) -> Int64 {
    guard moment > now else { return 0 }
    let left = (moment - now).saturatingNanoseconds / 1_000_000
    return min(left, 100 * 365 * 86_400_000)
  }

  /// Runs a script once for each of several keys, in one round trip; a second one loads the script
  /// where the server has forgotten it.
  func runAll(
    _ script: RESPScript, _ count: Int, isRepeatable: Bool, generation: UInt64? = nil,
    in operation: StaticString, _ write: @Sendable (inout RESPWriter, Int) -> Void
  ) async throws -> [Result<Version?, RESPClientError>] {
    let read: RESPReading<Version?> = {
      [clock, issuer = settings.issuer] frame throws(RESPClientError) in
      if frame.isNull { return nil }
      return Version(issuer: issuer, number: try RESPAnswer(frame, clock).version)
    }
    do throws(RESPClientError) {
      var results = try await client.sendAll(
        count, isRepeatable: isRepeatable, generation: generation, write, read: read)
      let unknown = results.indices.filter { results[$0].isUnknownScript }
      if unknown.isEmpty { return results }
      try await client.load(script)
      let again = try await client.sendAll(
        unknown.count, isRepeatable: isRepeatable, generation: generation,
        { write(&$0, unknown[$1]) }, read: read)
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
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore

extension RESPStore: MarkingStore {
  /// Gives the marks a version that is newer than every version of every server.
  ///
  /// With several servers the latest of their clocks is asked for first. Marks that lie on
  /// different servers may differ by what passes in between; the newest is returned.
  public func mark(
    _ marks: [InvalidationMark], for lifetime: Duration
  ) async throws -> Version {
    let latest = try await latestMoment()
    var groups: [Int: [[UInt8]]] = [:]
    for name in marks.map({ keys.mark($0) }) {
      groups[fleet.slot(of: name), default: []].append(name)
    }
    let chosen = groups.sorted { $0.key < $1.key }
    let life = Self.milliseconds(lifetime)
    let results = try await runAll(RESPScripts.mark, chosen.map(\.key), .repeatable, in: "mark") {
      writer, index, _ in
      let names = chosen[index].value
      RESPScripts.mark.write(&writer, keys: names.count, arguments: 2)
      for name in names { writer.argument(name) }
      writer.argument(life)
      writer.argument(RESPRecord.text(latest))
    }
    let numbers = try results.map { try unwrap($0, in: "mark")?.number ?? 0 }
    return Version(issuer: settings.issuer, number: numbers.max() ?? latest)
  }

  /// Reads the version of each mark, in one round trip to each server.
  public func versions(of marks: [InvalidationMark]) async throws -> [Version?] {
    do throws(RESPClientError) {
      return try await fleet.get(marks.map { keys.mark($0) }).map { bytes in
        guard let record = bytes?.withUnsafeBytes({ RESPRecord($0) }) else { return nil }
        return Version(issuer: settings.issuer, number: record.version)
      }
    } catch {
      throw failure(error, in: "versions")
    }
  }

  /// The latest that the clock of any server can show; 0 where there is only one server, whose
  /// script looks for itself. A server out of reach counts with what is known of its clock.
  private func latestMoment() async throws -> UInt64 {
    if fleet.only != nil { return 0 }
    let moments = await withTaskGroup { tasks in
      for node in fleet.primaries {
        tasks.addTask { (try? await node.client.time()) ?? node.clock.bounds?.upper }
      }
      return await tasks.reduce(into: [UInt64?]()) { $0.append($1) }
    }
    let known = moments.compactMap(\.self)
    guard let latest = known.max(), known.count == moments.count else {
      throw failure(.unavailable(nil), in: "mark")
    }
    return latest
  }
}

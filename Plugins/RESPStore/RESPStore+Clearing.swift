// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
internal import StrataCore

extension RESPStore {
  /// How many slots are marked in one go; it bounds what is outstanding.
  private static let slotsAtOnce = 2_048

  /// Removes everything whose key begins with `namespace` and a colon, page by page, and refuses
  /// fills that were on their way. In a cluster every slot gets its mark first, 16,384 in all.
  public func clear(_ namespace: String) async throws {
    let versions = try await markCleared(namespace)
    let pattern = keys.pattern(namespace)
    do throws(RESPClientError) {
      var place: UInt64 = 0
      repeat {
        let page = try await fleet.scan(from: place, matching: pattern)
        place = page.next
        try await purge(page.keys, versions)
      } while place != 0
    } catch {
      throw failure(error, in: "clear")
    }
  }

  /// The versions of the clear, by slot.
  private func markCleared(_ namespace: String) async throws -> [UInt64] {
    var versions: [UInt64] = []
    let count = fleet.slots.count
    for first in stride(from: 0, to: count, by: Self.slotsAtOnce) {
      let slots = Array(first..<min(count, first + Self.slotsAtOnce))
      let names = slots.map { keys.clear(namespace, in: $0) }
      let lease = settings.lease
      let results = try await runAll(RESPScripts.mark, slots, .repeatable, in: "clear") {
        writer, index, _ in
        RESPScripts.mark.write(&writer, keys: 1, arguments: 2)
        writer.argument(names[index])
        writer.argument(lease)
        writer.argument("0" as StaticString)
      }
      for result in results { versions.append(try unwrap(result, in: "clear")?.number ?? 0) }
    }
    return versions
  }

  /// Removes records that are no newer than the clear; the keys of one slot in one script.
  private func purge(
    _ records: [[UInt8]], _ versions: [UInt64]
  ) async throws(RESPClientError) {
    var groups: [Int: [[UInt8]]] = [:]
    for record in records { groups[fleet.slot(of: record), default: []].append(record) }
    let chosen = groups.sorted { $0.key < $1.key }
    let results = try await fleet.sendAll(chosen.map(\.key), .repeatable) { writer, index, _ in
      let (slot, records) = chosen[index]
      RESPScripts.purge.write(&writer, keys: records.count, arguments: 1)
      for record in records { writer.argument(record) }
      writer.argument(RESPRecord.text(versions[slot]))
    } read: { _ in
      { (frame) throws(RESPClientError) in try frame.readInteger() }
    }
    for (index, result) in results.enumerated() {
      do throws(RESPClientError) {
        _ = try result.get()
      } catch  where error.isUnknownScript {
        try await purgeAgain(chosen[index].value, chosen[index].key, versions)
      }
    }
  }

  private func purgeAgain(
    _ records: [[UInt8]], _ slot: Int, _ versions: [UInt64]
  ) async throws(RESPClientError) {
    _ = try await fleet.run(
      RESPScripts.purge, slot: slot, keys: records, arguments: [RESPRecord.text(versions[slot])],
      .repeatable
    ) { _ in
      { (frame) throws(RESPClientError) in try frame.readInteger() }
    }
  }
}

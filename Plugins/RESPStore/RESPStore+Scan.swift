// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore

extension RESPStore: ScanningStore {
  /// The fewest names that a server looks at for one page: among the records lie marks, in a
  /// cluster 16,384 of each clear.
  private static let fewest = 256

  /// One page of a server's own scan, one server after the other: it looks at about `limit` names,
  /// or more, and what matches of those is in the page. A second round trip leaves out what was
  /// removed.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    do throws(RESPClientError) {
      let page = try await fleet.scan(
        from: cursor.rawValue, matching: keys.pattern(beginning: pattern.prefix),
        count: max(Self.fewest, limit))
      let names = page.keys.filter { keys.key(ofRecord: $0).map { pattern.matches($0) } ?? false }
      let found = try await present(names).compactMap(keys.key(ofRecord:))
      return ScanPage(
        found.map { CacheKey(bytes: $0, seed: runtime.hashSeed) },
        next: page.next == 0 ? nil : ScanCursor(rawValue: page.next))
    } catch {
      throw failure(error, in: "scan")
    }
  }

  /// Those of the names under which there is a value, and no tombstone.
  private func present(_ names: [[UInt8]]) async throws(RESPClientError) -> [[UInt8]] {
    let results = try await fleet.sendAll(names.map { fleet.slot(of: $0) }, .reading) {
      writer, index, _ in
      writer.command("GETRANGE", names[index], 0, RESPRecord.headLength - 1)
    } read: { _ in
      { (frame) throws(RESPClientError) in
        frame.withUnsafeBytes { RESPRecord($0) }?.expiry != nil
      }
    }
    var present: [[UInt8]] = []
    for (name, result) in zip(names, results) {
      do throws(RESPClientError) {
        if try result.get() { present.append(name) }
      } catch .server {
        // Something of another kind, which is not ours.
      }
    }
    return present
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESPClient
public import StrataCore

extension RESPStore: ScanningStore {
  /// One page of a server's own scan, one server after the other: it looks at about `limit` names,
  /// and what matches of those is in the page. Keys that were removed a moment ago may be among
  /// them.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    do throws(RESPClientError) {
      let page = try await fleet.scan(
        from: cursor.rawValue, matching: keys.pattern(beginning: pattern.prefix),
        count: max(1, limit))
      let found = page.keys.compactMap(keys.key(ofRecord:)).filter { pattern.matches($0) }
      return ScanPage(
        found.map { CacheKey(bytes: $0, seed: runtime.hashSeed) },
        next: page.next == 0 ? nil : ScanCursor(rawValue: page.next))
    } catch {
      throw failure(error, in: "scan")
    }
  }
}

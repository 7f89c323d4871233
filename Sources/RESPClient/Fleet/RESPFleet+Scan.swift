// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore
internal import StrataNetwork

extension RESPFleet {
  /// `SCAN` on one server after the other: one page of the names that match a pattern.
  ///
  /// A name that is there during the whole of a scan is on some page, perhaps on several, unless
  /// its slot moves meanwhile. Where servers have come or gone since the page before,
  /// `.otherConnection` is thrown: the scan has to begin again.
  public func scan(
    from place: UInt64, matching pattern: [UInt8], count: Int = 1000, timeout: Duration? = nil
  ) async throws(RESPClientError) -> RESPScanPage {
    if let only {
      let page = try await only.client.scan(
        from: place, matching: pattern, count: count, timeout: timeout)
      return RESPScanPage(keys: page.keys, next: page.next)
    }
    if primaries.isEmpty { _ = try await holder(of: 0, until: runtime.now + self.timeout) }
    let servers = primaries.sorted {
      $0.client.configuration.endpoint.description < $1.client.configuration.endpoint.description
    }
    let mark = Self.mark(servers)
    let place = RESPScanPlace(rawValue: place)
    let isBeginning = place.rawValue == 0
    guard servers.indices.contains(place.server), isBeginning || place.mark == mark else {
      throw .otherConnection
    }
    let page = try await servers[place.server].client.scan(
      from: place.cursor, matching: pattern, count: count, timeout: timeout)
    let server = page.next == 0 ? place.server + 1 : place.server
    if server == servers.count { return RESPScanPage(keys: page.keys, next: 0) }
    guard let next = RESPScanPlace(server: server, mark: mark, cursor: page.next) else {
      throw .unexpectedReply(.bulkString)
    }
    return RESPScanPage(keys: page.keys, next: next.rawValue)
  }

  /// Never 0, so that the first page of the first server is known by its word.
  private static func mark(_ servers: [Node]) -> UInt8 {
    let names = servers.map { $0.client.configuration.endpoint.description }.joined(separator: ",")
    return UInt8(Array(names.utf8).withUnsafeBytes { RESPRing.digest($0) } % 63) + 1
  }
}

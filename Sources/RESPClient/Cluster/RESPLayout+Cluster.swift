// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataNetwork

extension RESPLayout {
  /// Reads the answer to `CLUSTER SLOTS`; `nil` where it is no such answer.
  ///
  /// A server that does not know its own address leaves it empty; then it is where it was asked.
  /// What it says of servers without a known address, or of slots that do not exist, is left out.
  public init?(clusterSlots answer: RESPValue, asked: Endpoint) {
    guard let ranges = answer.elements else { return nil }
    self.init(slots: RESPHashSlot.count)
    for range in ranges {
      guard let parts = range.elements, parts.count >= 3, let first = parts[0].integer,
        let last = parts[1].integer, 0 <= first, first <= last, last < RESPHashSlot.count
      else { return nil }
      let servers = parts[2...].map { Self.endpoint($0, asked: asked) }
      guard let primary = servers[0] else { continue }
      assign(
        Int(first)...Int(last), to: Shard(primary, replicas: servers.dropFirst().compactMap(\.self))
      )
    }
  }

  private static func endpoint(_ server: RESPValue, asked: Endpoint) -> Endpoint? {
    guard let port = server[1]?.integer.flatMap(Int.init(exactly:)), 1...65_535 ~= port else {
      return nil
    }
    guard let host = server[0]?.string, !host.isEmpty else {
      return asked.host.map { .tcp(host: $0, port: port) }
    }
    return host == "?" ? nil : .tcp(host: host, port: port)
  }
}

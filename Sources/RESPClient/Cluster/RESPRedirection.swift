// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataNetwork

/// Where a server of a cluster says that a command belongs.
public enum RESPRedirection: Sendable, Hashable {
  /// The slot is held by another server, for good.
  case moved(slot: Int, Endpoint)
  /// This name may be at the server that the slot is on its way to, for this once.
  case ask(slot: Int, Endpoint)

  /// Reads `MOVED 3999 10.0.0.1:6381` and the like; `nil` for any other error.
  ///
  /// - Parameter asked: the server that answered; what it leaves out of an address is its own.
  public init?(_ error: RESPError, asked: Endpoint) {
    let words = error.message.split(separator: " ", maxSplits: 4)
    guard words.count == 3, words[0] == "MOVED" || words[0] == "ASK", let slot = Int(words[1]),
      0..<RESPHashSlot.count ~= slot, let colon = words[2].lastIndex(of: ":"),
      let port = Int(words[2][words[2].index(after: colon)...]), 1...65_535 ~= port
    else { return nil }
    let host = words[2][..<colon]
    guard let host = host.isEmpty ? asked.host : String(host), host != "?" else { return nil }
    let endpoint = Endpoint.tcp(host: host, port: port)
    self = words[0] == "MOVED" ? .moved(slot: slot, endpoint) : .ask(slot: slot, endpoint)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP

/// What a server says about itself: the answer to `INFO`, by name.
public struct RESPServerReport: Sendable, Hashable {
  /// Every value by its name, such as `used_memory`.
  public let values: [String: String]

  /// Reads the answer; lines that say nothing are left out.
  public init(_ text: String) {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      values[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    self.values = values
  }

  /// A value that is a number.
  public func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }

  /// The bytes in use.
  public var usedMemory: Int64? { number("used_memory") }
  /// The most bytes that may be in use; 0 is no limit.
  public var mostMemory: Int64? { number("maxmemory") }
  /// How many keys were evicted.
  public var evictedKeys: Int64? { number("evicted_keys") }
  /// Whether it is a primary.
  public var isPrimary: Bool? { values["role"].map { $0 == "master" } }
}

extension RESPClient {
  /// `INFO`: what the server says about itself, or about one section of it.
  public func report(
    _ section: String? = nil, timeout: Duration? = nil
  ) async throws(RESPClientError) -> RESPServerReport {
    let answer = try await command(
      "INFO", section.map { [$0] } ?? [], isRepeatable: true, timeout: timeout)
    guard let text = answer.string else { throw .unexpectedReply(.bulkString) }
    return RESPServerReport(text)
  }
}

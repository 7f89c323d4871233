// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP

/// Who fills the servers: keys and memory by what their names begin with.
///
/// Made by a scan, which counts every key, and a sample of them that is asked for its memory. It
/// may run while the servers work: it blocks none of them for longer than a page.
public struct RESPKeyStatistics: Sendable, Hashable {
  /// What is known of the keys of one prefix.
  public struct Share: Sendable, Hashable {
    /// How many keys there are.
    public var keys = 0
    /// How many of them were asked for their memory.
    public var sampled = 0
    /// The bytes of those that were asked.
    public var sampledBytes: Int64 = 0

    /// The bytes of all of them, as far as the sample tells.
    public var bytes: Int64 {
      sampled == 0 ? 0 : Int64(Double(sampledBytes) / Double(sampled) * Double(keys))
    }
  }

  /// The shares by prefix; where there are more than were asked for, the rest is under `…`.
  public internal(set) var shares: [String: Share] = [:]

  /// The share of a name is that of what stands before the separator for the `depth`th time.
  static func prefix(of name: [UInt8], separator: UInt8, depth: Int) -> String {
    var end = name.startIndex
    var found = 0
    while end < name.endIndex, found < depth {
      if name[end] == separator { found += 1 }
      if found < depth { end += 1 }
    }
    return String(decoding: name[..<end], as: UTF8.self)
  }
}

extension RESPFleet {
  /// Counts the keys of all servers by what their names begin with.
  ///
  /// - Parameters:
  ///   - pattern: which keys, in the form of `SCAN`.
  ///   - separator: what ends a part of a name, `:` by default.
  ///   - depth: how many parts make a prefix.
  ///   - sampling: of how many keys one is asked for its memory.
  ///   - most: how many prefixes are told apart.
  public func keyStatistics(
    matching pattern: String = "*", separator: Character = ":", depth: Int = 1,
    sampling: Int = 16, most: Int = 1_000
  ) async throws(RESPClientError) -> RESPKeyStatistics {
    var statistics = RESPKeyStatistics()
    let separator = separator.asciiValue ?? UInt8(ascii: ":")
    var (place, seen) = (UInt64(0), 0)
    repeat {
      let page = try await scan(from: place, matching: Array(pattern.utf8))
      place = page.next
      var chosen: [(key: [UInt8], prefix: String)] = []
      for key in page.keys {
        var prefix = RESPKeyStatistics.prefix(of: key, separator: separator, depth: max(1, depth))
        if statistics.shares[prefix] == nil, statistics.shares.count >= most { prefix = "…" }
        statistics.shares[prefix, default: .init()].keys += 1
        if seen % max(1, sampling) == 0 { chosen.append((key, prefix)) }
        seen += 1
      }
      let sizes = try await memory(of: chosen.map(\.key))
      for (index, size) in sizes.enumerated() {
        guard let size else { continue }
        statistics.shares[chosen[index].prefix]?.sampled += 1
        statistics.shares[chosen[index].prefix]?.sampledBytes += size
      }
    } while place != 0
    return statistics
  }

  private func memory(of keys: [[UInt8]]) async throws(RESPClientError) -> [Int64?] {
    let results = try await sendAll(keys.map { slot(of: $0) }, .reading) { writer, index, _ in
      writer.command("MEMORY", "USAGE" as StaticString, keys[index])
    } read: { _ in
      { (frame) throws(RESPClientError) in frame.isNull ? nil : try frame.readInteger() }
    }
    var sizes: [Int64?] = []
    for result in results { sizes.append(try result.get()) }
    return sizes
  }
}

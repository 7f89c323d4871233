// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore

/// What things are called on the server.
///
/// ```
/// strata:user:42        the record of the key user:42
/// strata!clear:user     the version of the last clear of the namespace user
/// strata!lock:user:42   a lock
/// strata!tag:user:red   the version of the last invalidation of the tag red
/// strata!all:user       the same for everything in the namespace
/// strata!channel:NAME   a channel of messages
/// ```
struct RESPKeyspace: Sendable {
  private let recordPrefix: [UInt8]
  private let clearPrefix: [UInt8]
  private let lockPrefix: [UInt8]
  private let prefix: String

  init(prefix: String) {
    self.prefix = prefix
    recordPrefix = Array("\(prefix):".utf8)
    clearPrefix = Array("\(prefix)!clear:".utf8)
    lockPrefix = Array("\(prefix)!lock:".utf8)
  }

  /// Writes the name of a key's record.
  @inline(__always)
  func writeRecord(_ key: CacheKey, _ writer: inout RESPWriter) {
    write(recordPrefix, key.bytes[...], &writer)
  }

  /// Writes the name of the mark that clearing the key's namespace makes.
  func writeClear(of key: CacheKey, _ writer: inout RESPWriter) {
    write(clearPrefix, Self.namespace(of: key.bytes[...]), &writer)
  }

  func clear(_ namespace: String) -> [UInt8] {
    clearPrefix + Self.namespace(of: Array(namespace.utf8)[...])
  }

  func lock(_ key: CacheKey) -> [UInt8] { lockPrefix + key.bytes }

  func mark(_ mark: InvalidationMark) -> [UInt8] {
    guard let tag = mark.tag else { return Array("\(prefix)!all:\(mark.namespace)".utf8) }
    return Array("\(prefix)!tag:\(mark.namespace):\(tag.name)".utf8)
  }

  func channel(_ name: String) -> [UInt8] { Array("\(prefix)!channel:\(name)".utf8) }

  /// The server's pattern for all records of a namespace, with what means something in patterns
  /// taken literally.
  func pattern(_ namespace: String) -> [UInt8] { pattern(beginning: Array("\(namespace):".utf8)) }

  /// The same for all records whose keys begin with these bytes.
  func pattern(beginning bytes: [UInt8]) -> [UInt8] {
    let special = Set("\\*?[]^-".utf8)
    var pattern: [UInt8] = []
    for byte in recordPrefix + bytes {
      if special.contains(byte) { pattern.append(UInt8(ascii: "\\")) }
      pattern.append(byte)
    }
    return pattern + Array("*".utf8)
  }

  /// The key of a record, by the record's name; `nil` for what is none.
  func key(ofRecord name: [UInt8]) -> [UInt8]? {
    name.starts(with: recordPrefix) ? Array(name.dropFirst(recordPrefix.count)) : nil
  }

  /// What stands before the first colon. Clearing `a:b` marks `a`: that refuses fills of others
  /// too, which only costs them a load.
  private static func namespace(of key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    key.prefix { $0 != UInt8(ascii: ":") }
  }

  private func write(
    _ prefix: [UInt8], _ rest: ArraySlice<UInt8>, _ writer: inout RESPWriter
  ) {
    withUnsafeTemporaryAllocation(byteCount: prefix.count + rest.count, alignment: 1) { space in
      prefix.withUnsafeBytes { space.copyMemory(from: $0) }
      rest.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: space[prefix.count...]).copyMemory(from: $0)
      }
      writer.argument(UnsafeRawBufferPointer(space))
    }
  }
}

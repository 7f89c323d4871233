// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
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
/// strata!stream:NAME    the same as a stream
/// ```
///
/// In a cluster every slot has its own mark of a clear, `strata!clear:{WORD}user` with a word that
/// falls into the slot: a record and the mark that is compared with it have to lie together.
struct RESPKeyspace: Sendable {
  private let recordPrefix: [UInt8]
  private let clearPrefix: [UInt8]
  private let lockPrefix: [UInt8]
  private let prefix: String
  private let slots: RESPSlots

  init(prefix: String, slots: RESPSlots) {
    self.prefix = prefix
    self.slots = slots
    recordPrefix = Array("\(prefix):".utf8)
    clearPrefix = Array("\(prefix)!clear:".utf8)
    lockPrefix = Array("\(prefix)!lock:".utf8)
  }

  /// Writes the name of a key's record.
  @inline(__always)
  func writeRecord(_ key: CacheKey, _ writer: inout RESPWriter) {
    write(recordPrefix, key.bytes[...], &writer)
  }

  /// The name of a key's record.
  func record(_ key: CacheKey) -> [UInt8] { recordPrefix + key.bytes }

  /// The slot of a key's record.
  func slot(of key: CacheKey) -> Int {
    if case .one = slots { return 0 }
    return slots.slot(of: record(key))
  }

  /// Writes the name of the mark that clearing the key's namespace makes.
  func writeClear(of key: CacheKey, in slot: Int, _ writer: inout RESPWriter) {
    let namespace = Self.namespace(of: key.bytes[...])
    guard case .cluster = slots else { return write(clearPrefix, namespace, &writer) }
    writer.argument(clearPrefix + Self.tag(slot) + namespace)
  }

  func clear(_ namespace: String, in slot: Int) -> [UInt8] {
    let tag = if case .cluster = slots { Self.tag(slot) } else { [] as [UInt8] }
    return clearPrefix + tag + Self.namespace(of: Array(namespace.utf8)[...])
  }

  private static func tag(_ slot: Int) -> [UInt8] { Array("{\(RESPHashSlot.tag(of: slot))}".utf8) }

  func lock(_ key: CacheKey) -> [UInt8] { lockPrefix + key.bytes }

  func mark(_ mark: InvalidationMark) -> [UInt8] {
    guard let tag = mark.tag else { return Array("\(prefix)!all:\(mark.namespace)".utf8) }
    return Array("\(prefix)!tag:\(mark.namespace):\(tag.name)".utf8)
  }

  /// What the names of all records and marks begin with.
  var everything: [[UInt8]] { [recordPrefix, Array("\(prefix)!".utf8)] }

  /// What a change of a name means to those who keep entries of a namespace; `nil` for nothing.
  func change(of name: [UInt8], in namespace: String) -> StoreChange? {
    if let key = key(ofRecord: name) {
      return key.starts(with: Array("\(namespace):".utf8)) ? .changed([ChangedKey(key)]) : nil
    }
    let tags = Array("\(prefix)!tag:\(namespace):".utf8)
    if name.starts(with: tags) {
      return .invalidated(Tag(String(decoding: name.dropFirst(tags.count), as: UTF8.self)))
    }
    // A clear marks every slot; one of the marks says it, and the records say the rest.
    let isAll =
      name == mark(InvalidationMark(namespace: namespace)) || name == clear(namespace, in: 0)
    return isAll ? .cleared : nil
  }

  /// The namespace of a key, as far as it shows.
  func namespace(of key: CacheKey) -> String {
    String(decoding: Self.namespace(of: key.bytes[...]), as: UTF8.self)
  }

  func stream(_ name: String) -> [UInt8] { Array("\(prefix)!stream:\(name)".utf8) }

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
